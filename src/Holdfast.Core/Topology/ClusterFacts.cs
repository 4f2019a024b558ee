using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Topology;

/// <summary>What one cluster knows of itself: configuration, definitions, lease tables, slots. What it cannot see is in a <see cref="Declaration"/>.</summary>
/// <param name="FastShot">As in <see cref="AgentSettings"/>.</param>
/// <param name="MigrationNetworks">Those that may carry migrations, the preferred first.</param>
public sealed record ClusterFacts(
    string Cluster, TimingPlan Plan, bool FastShot, ImmutableArray<NetworkFacts> Networks, ImmutableArray<string> MigrationNetworks,
    ImmutableArray<HostFacts> Hosts, ImmutableArray<DatastoreFacts> Datastores, ImmutableArray<MachineFacts> Machines)
{
    public ImmutableArray<string> IsolationAddresses { get; init; } = [];

    /// <summary>As in <see cref="AgentSettings"/>.</summary>
    public int MovesAtOnce { get; init; } = 2;

    /// <summary>MiB/s that a migration may take of a network with other work; 0: all.</summary>
    public int SharedPathMiB { get; init; } = 64;
}

/// <param name="Beats">The hosts have addresses there, so that heartbeats go over it.</param>
public sealed record NetworkFacts(ClusterNetwork Network, bool Beats)
{
    public string Name => Network.Name;
}

/// <param name="Networks">Those that it has a link to.</param>
/// <param name="FreeMemoryMiB">What is left for more machines.</param>
/// <param name="Fences">Its fence devices, in the order in which they are tried.</param>
public sealed record HostFacts(
    int Slot, string Name, ImmutableSortedSet<string> Networks, WatchdogClass Watchdog, long FreeMemoryMiB, ImmutableArray<FenceLevel> Fences, bool EtcdMember)
{
    /// <summary>It shows itself now.</summary>
    public bool Alive { get; init; } = true;

    /// <summary>Of its fence devices, those that failed when they were asked last.</summary>
    public ImmutableSortedSet<string> FailedFences { get; init; } = [];

    /// <summary>Of its fence devices, by name, the IP address that they are asked at, where the configuration says one.</summary>
    public ImmutableSortedDictionary<string, string> FenceAddresses { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>An administrator drains it.</summary>
    public bool Draining { get; init; }

    /// <summary>It is disarmed: it takes nothing, gives nothing away and fences nobody.</summary>
    public bool Disarmed { get; init; }

    /// <summary>Its own links, as its kernel says, by network; those that are not known are missing.</summary>
    public ImmutableSortedDictionary<string, OwnLink> Links { get; init; } = ImmutableSortedDictionary<string, OwnLink>.Empty;

    /// <summary>What it sees of its cables and of its way to the datastores.</summary>
    public HostSight Sight { get; init; } = HostSight.Empty;
}

/// <param name="Drain">As in DESIGN §4; <see cref="TimingPlan.Infinite"/>: silence and a killed process prove nothing there.</param>
public sealed record DatastoreFacts(string Name, TimeSpan Drain);

/// <summary>A machine that is wanted to run. Its datastore is one of the facts'.</summary>
/// <param name="Host">Slot of its owner; null: it has none.</param>
public sealed record MachineFacts(MachineDefinition Definition, int? Host)
{
    public string Name => Definition.Name;

    /// <summary>The oldest of its snapshots; null: it has none, or that is not known.</summary>
    public SnapshotFacts? Oldest { get; init; }
}

/// <param name="Files">That the machine's disks consist of now.</param>
/// <param name="IsOld">As <see cref="Storage.SnapshotRules.Old"/> says.</param>
public sealed record SnapshotFacts(string Name, TimeSpan Age, int Files)
{
    public bool IsOld => Age > Storage.SnapshotRules.Old;
}
