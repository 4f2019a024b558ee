using System.Collections.Immutable;
using Holdfast.Core.Balancing;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>What one agent is told once, at its start.</summary>
/// <param name="Seed">Random for each start of the agent: every identifier that the core makes comes from it, so that a run can be repeated.</param>
/// <param name="Hosts">All hosts of the cluster by slot, this one too.</param>
/// <param name="Fences">By slot, the devices that can switch that host off, in the order in which they are tried: the next only when the former has failed. A host without any is missing.</param>
/// <param name="FastShot">Fence after <c>suspect</c> instead of ttl + stop (opt-in).</param>
/// <param name="MigrationPaths">This host's own addresses for incoming migrations, the preferred first; those after the migration networks are fallbacks by policy.</param>
public sealed record AgentSettings(
    string Cluster, string Host, int Slot, Guid BootId, ulong Seed, TimingPlan Plan, ImmutableArray<ClusterNetwork> Networks,
    ImmutableSortedDictionary<int, string> Hosts, ImmutableSortedDictionary<int, ImmutableArray<FenceLevel>> Fences, bool FastShot, ImmutableArray<MigrationPath> MigrationPaths, WatchdogClass Watchdog)
{
    /// <summary>No more hosts than these are fenced within one ttl; never forbidden for ever. By default fewer than half of all, and one at least.</summary>
    public int MostFencings { get; init; } = FewerThanHalf(Hosts.Count);

    /// <summary>A machine's migration is tried so often at most, on other networks and hosts, before it is given up.</summary>
    public int MoveTries { get; init; } = 4;

    /// <summary>Machines that leave this host live at once, and that go from here to a host which as many go to already; the others wait for their turn.</summary>
    public int MovesAtOnce { get; init; } = 2;

    /// <summary>Machines that move live in the whole cluster at once; those from here wait while there are so many.</summary>
    public int MovesInCluster { get; init; } = 8;

    /// <summary>The pause that a migration is planned for at first; more is allowed only while the rest does not fit into it.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>MiB/s that a migration may take of a network that has other work as well; 0: all.</summary>
    public int SharedPathMiB { get; init; } = 64;

    /// <summary>What a migration may take of this network, in MiB/s; 0: all.</summary>
    internal int MostOn(string network) => Networks.FirstOrDefault(n => n.Name == network) is { } own && (own.Roles & ~NetworkRoles.Migration) != 0 ? SharedPathMiB : 0;

    /// <summary>Whether, and by which limits, machines leave this host while it is short of processors.</summary>
    public BalancingSettings Balancing { get; init; } = BalancingSettings.Default;

    internal MoveFlaws MoveFlaws { get; init; }

    internal AgentFlaws Flaws { get; init; }

    /// <summary>This protection is left out.</summary>
    internal bool Lacks(AgentFlaws protection) => (Flaws & protection) != 0;

    internal RegisterFlaws RegisterFlaws { get; init; }

    public static int FewerThanHalf(int hosts) => Math.Max(1, (hosts - 1) / 2);

    public ImmutableArray<FenceLevel> FencesOf(int slot) => Fences.GetValueOrDefault(slot, []);

    public string NameOf(int slot) => Hosts.GetValueOrDefault(slot) ?? $"slot {slot}";
}

/// <summary>One device that can switch one host off.</summary>
/// <param name="Name">For people: "management board", "power strip" …</param>
/// <param name="CutsPath">Its off also cuts the host's path to the datastores, so that no drain is left to wait for.</param>
public sealed record FenceLevel(string Name, bool CutsPath);

/// <summary>A network that may carry migrations, and this host's address there.</summary>
public sealed record MigrationPath(string Network, string Address);
