using System.Globalization;
using System.Text.Json;
using Holdfast.Api;

namespace Holdfast.Cli.Rendering;

/// <summary>How values look to people.</summary>
internal static class Words
{
    public static string Of<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    public static string Seconds(double? seconds) => seconds is { } s ? string.Create(CultureInfo.InvariantCulture, $"{s:0.###} s") : "never";

    public static string Ms(double? ms) => ms is { } value ? string.Create(CultureInfo.InvariantCulture, $"{value:0.0} ms") : "-";

    public static string Size(long mib) => mib >= 1024 && mib % 1024 == 0 ? $"{mib / 1024}GiB" : $"{mib}MiB";

    /// <summary>"ok", or the links that are not, with their state.</summary>
    public static string Links(Link[] links)
    {
        var bad = links.Where(link => link.State != Health.Ok).Select(link => $"{link.Name} {Of(link.State)}").ToArray();
        return links.Length == 0 ? "-" : bad.Length == 0 ? "ok" : string.Join(", ", bad);
    }

    /// <summary>"12.9 s without a fence device, 2.1 s with".</summary>
    public static string BoundText(Bound bound)
    {
        var without = bound.WithoutDeviceSeconds is { } s ? $"at the latest {Seconds(s)} after its host dies" : "no promise by time alone (its host has no watchdog, or the store an infinite drain)";
        return bound.WithDeviceSeconds is { } d ? $"{without}, {Seconds(d)} with the fence device" : without;
    }
}
