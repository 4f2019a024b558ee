using System.Globalization;

namespace Holdfast.Cli.Parsing;

internal static class Spans
{
    /// <summary>"90s", "30m", "2h", "30d"; null: it is none of these.</summary>
    public static TimeSpan? Of(string text)
    {
        TimeSpan? unit = text.Length == 0 ? null : text[^1] switch
        {
            's' => TimeSpan.FromSeconds(1),
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            _ => null,
        };
        return unit is { } u && double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number < 1e6 ? number * u : null;
    }
}
