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

    /// <summary>"120 of 192 MiB sent, 12 MiB left, 85.2 MiB/s, the guest writes 3.1 MiB/s (pass 2), about 0.1 s".</summary>
    public static string Of(CopyProgress copy)
    {
        var writes = copy.Pass > 1 ? string.Create(CultureInfo.InvariantCulture, $", the guest writes {copy.Dirtied:0.#} MiB/s (pass {copy.Pass})") : "";
        var slowed = copy.Throttled > 0 ? string.Create(CultureInfo.InvariantCulture, $" and is slowed down by {copy.Throttled:P0}") : "";
        var left = copy.SecondsLeft is { } s ? string.Create(CultureInfo.InvariantCulture, $", about {s:0.0} s") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{copy.SentMiB:0} of {copy.TotalMiB:0} MiB sent, {copy.RemainingMiB:0} MiB left, {copy.Rate:0.#} MiB/s{writes}{slowed}{left}");
    }

    /// <summary>"ok", or the links that are not, with their state.</summary>
    public static string Links(Link[] links)
    {
        var bad = links.Where(link => link.State != Health.Ok).Select(link => $"{link.Name} {Of(link.State)}").ToArray();
        return links.Length == 0 ? "-" : bad.Length == 0 ? "ok" : string.Join(", ", bad);
    }

    /// <summary>"guest agent answers, disk works, CPU works".</summary>
    public static string Of(GuestSigns signs)
    {
        var hung = signs.Hung ? $"hung: no sign of life for {signs.SilentSeconds:0} s; " : "";
        return $"{hung}guest agent {signs.Agent}, disk {signs.Disk}, CPU {signs.Cpu}";
    }

    /// <summary>"92 % of 4".</summary>
    public static string? Cpus(HostLoadReport? load) => load is null ? null : string.Create(CultureInfo.InvariantCulture, $"{100 * load.UsedCpus / Math.Max(1, load.Cpus):0} % of {load.Cpus}");

    /// <summary>"CPU 12 %, memory 0 %, I/O 3 %".</summary>
    public static string? Pressure(HostLoadReport? load) =>
        load?.Pressure is { } p ? string.Create(CultureInfo.InvariantCulture, $"CPU {p.CpuPercent:0} %, memory {p.MemoryPercent:0} %, I/O {p.IoPercent:0} %") : null;

    /// <summary>"1.5 GiB of 8 GiB".</summary>
    public static string? Memory(HostLoadReport? load) => load is null ? null : $"{Size(load.UsedMemoryMiB)} of {Size(load.MemoryMiB)}";

    /// <summary>"12.9 s without a fence device, 2.1 s with".</summary>
    public static string BoundText(Bound bound)
    {
        var without = bound.WithoutDeviceSeconds is { } s ? $"at the latest {Seconds(s)} after its host dies" : "no promise by time alone (its host has no watchdog, or the store an infinite drain)";
        return bound.WithDeviceSeconds is { } d ? $"{without}, {Seconds(d)} with the fence device" : without;
    }
}
