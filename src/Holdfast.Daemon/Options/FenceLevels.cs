using System.Collections.Immutable;
using System.Net;
using Holdfast.Adapters.Fencing;
using Holdfast.Core.Agent;

namespace Holdfast.Daemon.Options;

/// <summary>The configured fence devices, host by host, in the order in which they are tried.</summary>
internal static class FenceLevels
{
    public static ImmutableSortedDictionary<int, ImmutableArray<FenceLevel>> Of(DaemonOptions options) => options.Hosts
        .Select(h => (h.Slot, Levels: Sections(options, h.Name).Select(f => new FenceLevel(NameOf(f), f.CutsPath)).ToImmutableArray()))
        .Where(h => !h.Levels.IsEmpty)
        .ToImmutableSortedDictionary(h => h.Slot, h => h.Levels);

    /// <summary>By the name of the host's device, the address that it is asked at ("ip" of the fence agents); devices without one, or with a name, are left out.</summary>
    public static ImmutableSortedDictionary<string, string> AddressesOf(DaemonOptions options, string host) => Sections(options, host)
        .Select(f => (Name: NameOf(f), Address: AddressIn(OptionsOf(f, host))))
        .Where(f => IPAddress.TryParse(f.Address, out _))
        .DistinctBy(f => f.Name)
        .ToImmutableSortedDictionary(f => f.Name, f => f.Address!, StringComparer.Ordinal);

    public static FenceDevices Devices(DaemonOptions options) => new(options.Hosts.ToDictionary(
        h => h.Name,
        h => Sections(options, h.Name).Select(f => new FenceOptions(f.Agent, OptionsOf(f, h.Name), TimeSpan.FromSeconds(f.LimitSeconds))).ToImmutableArray()));

    private static string? AddressIn(ImmutableSortedDictionary<string, string> options) => options.GetValueOrDefault("ip") ?? options.GetValueOrDefault("ipaddr");

    private static string NameOf(FenceSection level) => level.Name.Length > 0 ? level.Name : level.Agent;

    private static IEnumerable<FenceSection> Sections(DaemonOptions options, string host) => options.Fence.Where(f => !f.Except.Contains(host, StringComparer.Ordinal));

    private static ImmutableSortedDictionary<string, string> OptionsOf(FenceSection level, string host) =>
        level.Options.ToImmutableSortedDictionary(StringComparer.Ordinal).SetItems(level.Hosts.GetValueOrDefault(host) ?? []);
}
