using System.Diagnostics;
using System.Text;

namespace Holdfast.Lab.Truth;

/// <summary>Follows one machine's serial logs on all hosts at once, as they grow.</summary>
internal sealed class Observer(LabState lab, string machine)
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(2);
    private readonly Dictionary<string, Follower> followers = new(StringComparer.Ordinal);
    private readonly string? id = SerialLogs.RunningId(lab, machine);
    private readonly List<(TimeSpan At, string Host, SerialLine Line)> seen = [];

    internal async Task<ObserveReport> Follow(TimeSpan time, Action<DateTimeOffset, string, long>? report, CancellationToken cancel)
    {
        var (clock, began) = (Stopwatch.StartNew(), DateTimeOffset.UtcNow);
        Look(clock, skip: true, (_, _) => { });
        try
        {
            while (clock.Elapsed < time)
            {
                await Task.Delay(Step, cancel);
                Look(clock, skip: false, (host, line) =>
                {
                    seen.Add((clock.Elapsed, host, line));
                    report?.Invoke(began + clock.Elapsed, host, line.Counter);
                });
            }
        }
        catch (OperationCanceledException) when (seen.Count > 0)
        {
            // Ended by the user, who gets the report so far.
        }

        return Sum(machine, clock.Elapsed, began, seen);
    }

    internal static ObserveReport Sum(string machine, TimeSpan watched, DateTimeOffset began, IReadOnlyList<(TimeSpan At, string Host, SerialLine Line)> seen)
    {
        if (seen.Count == 0)
        {
            return new(machine, watched, 0, 0, 0, watched, began, null, TimeSpan.Zero, []);
        }

        // The silence after the last line counts too: it may be the longest of all.
        var gaps = seen.Select((entry, i) => (Gap: (i + 1 < seen.Count ? seen[i + 1].At : watched) - entry.At, entry)).ToList();
        var longest = gaps.MaxBy(gap => gap.Gap);
        var median = gaps.Count > 1 ? gaps[..^1].Select(gap => gap.Gap).Order().ElementAt((gaps.Count - 1) / 2) : watched;
        return new(machine, watched, seen.Count, seen[0].Line.Counter, seen[^1].Line.Counter,
            longest.Gap, began + longest.entry.At, longest.entry.Line.Counter, median, Places(began, seen));
    }

    private static List<ObservedHost> Places(DateTimeOffset began, IReadOnlyList<(TimeSpan At, string Host, SerialLine Line)> seen)
    {
        var places = new List<ObservedHost>();
        foreach (var (at, host, line) in seen)
        {
            if (places.Count > 0 && places[^1].Host == host && places[^1].BootId == line.BootId)
            {
                places[^1] = places[^1] with { Last = began + at, LastCounter = line.Counter };
            }
            else
            {
                places.Add(new(host, began + at, began + at, line.Counter, line.Counter, line.BootId));
            }
        }

        return places;
    }

    private void Look(Stopwatch clock, bool skip, Action<string, SerialLine> take)
    {
        foreach (var (host, file) in SerialLogs.Of(lab, machine, id))
        {
            if (!followers.TryGetValue(file, out var follower))
            {
                followers[file] = follower = new Follower(file);
                if (skip)
                {
                    follower.SkipToEnd();
                }
            }

            foreach (var line in follower.NewLines().Select(SerialLine.Parse).OfType<SerialLine>().Where(line => !line.Start))
            {
                take(host, line);
            }
        }
    }

    /// <summary>Reads what a log has grown by; a log that has become shorter was begun anew.</summary>
    private sealed class Follower(string file)
    {
        private readonly StringBuilder rest = new();
        private long position;

        internal void SkipToEnd() => position = new FileInfo(file).Length;

        internal List<string> NewLines()
        {
            var lines = new List<string>();
            var length = new FileInfo(file) is { Exists: true } info ? info.Length : 0;
            if (length == position)
            {
                return lines;
            }

            if (length < position)
            {
                position = 0;
                rest.Clear();
            }

            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            stream.Seek(position, SeekOrigin.Begin);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            rest.Append(reader.ReadToEnd());
            position = stream.Position;
            var text = rest.ToString();
            for (int at; (at = text.IndexOf('\n')) >= 0; text = text[(at + 1)..])
            {
                lines.Add(text[..at]);
            }

            rest.Clear().Append(text);
            return lines;
        }
    }
}
