using System.Globalization;

namespace Holdfast.Lab.Truth;

/// <summary>One line of the guest: a count, or (<see cref="Start"/>) from which count a boot goes on.</summary>
internal sealed record SerialLine(bool Start, long Counter, string BootId, long Gaps, long Foreign, string Disk)
{
    private const string Mark = "holdfast-guest ";

    /// <summary>Null for anything else, also for a line that is cut.</summary>
    internal static SerialLine? Parse(string line)
    {
        var at = line.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0)
        {
            return null;
        }

        var words = line[(at + Mark.Length)..].TrimEnd('\r', '\n', ' ').Split(' ');
        return words.Length == 5
            && Value(words[0], "counter", "start") is { } number && long.TryParse(number, CultureInfo.InvariantCulture, out var counter)
            && Value(words[1], "boot") is { Length: 36 } boot
            && Value(words[2], "gaps") is { } g && long.TryParse(g, CultureInfo.InvariantCulture, out var gaps)
            && Value(words[3], "foreign") is { } f && long.TryParse(f, CultureInfo.InvariantCulture, out var foreign)
            && Value(words[4], "disk") is { Length: 8 } disk
                ? new(words[0].StartsWith("start=", StringComparison.Ordinal), counter, boot, gaps, foreign, disk)
                : null;
    }

    private static string? Value(string word, params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (word.StartsWith(key + "=", StringComparison.Ordinal))
            {
                return word[(key.Length + 1)..];
            }
        }

        return null;
    }
}
