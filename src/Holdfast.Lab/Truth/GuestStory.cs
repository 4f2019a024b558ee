namespace Holdfast.Lab.Truth;

/// <summary>
/// What all serial logs of one machine say together. The guest itself cannot know that a count was lost which it had printed, so
/// here the boots are held against each other: each must begin where the one before it ended, or later.
/// </summary>
internal sealed class GuestStory
{
    /// <summary>What a guest says first, before it has found the count from which it goes on.</summary>
    private const string Booting = "holdfast-guest boot";

    /// <summary>What a guest says when a read or a write of its disk has failed.</summary>
    private const string IoError = "holdfast-guest error: the disk cannot be";
    private readonly Dictionary<string, Boot> boots = new(StringComparer.Ordinal);
    private SerialLine? newest;
    private SerialLine? highest;
    private DateTime lastWritten;
    private DateTime lastSpoken;

    internal long? Counter => Last?.Counter;
    internal string? BootId => Last?.BootId;
    internal long? Gaps => Last is null ? null : boots.Values.Where(boot => boot.Disk == Last.Disk).Max(boot => boot.Gaps) + Overlaps();
    internal long? Foreign => Last is null ? null : boots.Values.Where(boot => boot.Disk == Last.Disk).Max(boot => boot.Foreign);

    /// <summary>The last that was heard of it is its kernel's panic.</summary>
    internal bool Panicked { get; private set; }

    internal long IoErrors { get; private set; }

    /// <summary>The word of the log that was written last; while a boot has only begun there, the highest count of all, which is where the boot before it ended.</summary>
    private SerialLine? Last => newest ?? highest;

    /// <summary>Reads one log; the machine's last word is in the one that was written last.</summary>
    internal void Read(IEnumerable<string> lines, DateTime written)
    {
        SerialLine? ending = null;
        var (panicked, booting) = (false, false);
        foreach (var text in lines)
        {
            if (SerialLine.Parse(text) is { } line)
            {
                (ending, panicked, booting) = (line, false, false);
                highest = highest is null || line.Counter > highest.Counter ? line : highest;
                Count(line);
            }
            else if (text.StartsWith(Booting, StringComparison.Ordinal))
            {
                // This log is the newest now, and what is in it so far is another boot's: maybe not even the last one's.
                (ending, panicked, booting) = (null, false, true);
            }

            panicked |= text.Contains("Kernel panic", StringComparison.Ordinal);
            IoErrors += text.StartsWith(IoError, StringComparison.Ordinal) ? 1 : 0;
        }

        if ((ending is not null || panicked) && written > lastSpoken)
        {
            (Panicked, lastSpoken) = (panicked, written);
        }

        if ((ending is not null || booting) && written > lastWritten)
        {
            (newest, lastWritten) = (ending, written);
        }
    }

    private void Count(SerialLine line)
    {
        var boot = boots.GetValueOrDefault(line.BootId) ?? new(line.Disk, long.MaxValue, 0, 0, 0);
        boots[line.BootId] = boot with
        {
            First = Math.Min(boot.First, line.Start ? line.Counter + 1 : line.Counter),
            Last = line.Start ? boot.Last : Math.Max(boot.Last, line.Counter),
            Gaps = Math.Max(boot.Gaps, line.Gaps),
            Foreign = Math.Max(boot.Foreign, line.Foreign),
        };
    }

    private long Overlaps()
    {
        long overlaps = 0;
        var reached = 0L;
        foreach (var boot in boots.Values.Where(boot => boot.Disk == Last!.Disk && boot.Last > 0).OrderBy(boot => boot.First).ThenBy(boot => boot.Last))
        {
            overlaps += boot.First <= reached ? 1 : 0;
            reached = Math.Max(reached, boot.Last);
        }

        return overlaps;
    }

    private sealed record Boot(string Disk, long First, long Last, long Gaps, long Foreign);
}
