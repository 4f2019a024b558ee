using System.Collections.Immutable;
using Holdfast.Core.Evidence;

namespace Holdfast.Runtime.Hosting;

/// <summary>Facts about this host that come from outside the core.</summary>
/// <param name="Quorum">This host's etcd client sees a quorum.</param>
/// <param name="FreeMemoryMiB">Memory that machines may still take here (capacity less what the machines here have been given).</param>
/// <param name="PromisedMiB">What this host's machines had been promised when the memory was looked at.</param>
/// <param name="FreeCpuPercent">Idle share of all CPUs.</param>
/// <param name="GuestNetworkUp">The guest bridge has a carrier.</param>
public sealed record HostConditions(bool Quorum, long FreeMemoryMiB, int FreeCpuPercent, bool GuestNetworkUp, long PromisedMiB)
{
    /// <summary>This host's own link to each network whose interface is known.</summary>
    public ImmutableSortedDictionary<string, OwnLink> Links { get; init; } = ImmutableSortedDictionary<string, OwnLink>.Empty;

    /// <summary>Since the measurement before, not smoothed; where machines have processors of their own (a configured number), without theirs.</summary>
    public HostLoad? Load { get; init; }
}
