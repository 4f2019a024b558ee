using System.Globalization;

namespace Holdfast.Cli.Parsing;

/// <summary>Sizes as people write them: 192MiB, 2GiB.</summary>
internal static class Size
{
    private static readonly (string Suffix, long MiB)[] Units = [("MiB", 1), ("GiB", 1024), ("TiB", 1024 * 1024)];

    /// <summary>Reads a size into MiB; null with the sentence to show when it is none.</summary>
    public static int? MiB(string text, out string? error)
    {
        error = null;
        foreach (var (suffix, factor) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
                && long.TryParse(text[..^suffix.Length].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number > 0 && number <= int.MaxValue / factor)
            {
                return (int)(number * factor);
            }
        }

        error = $"'{text}' is not a size; give a whole number above 0 with MiB, GiB or TiB, like 192MiB.";
        return null;
    }
}
