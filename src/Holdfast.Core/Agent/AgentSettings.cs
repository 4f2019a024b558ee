using System.Collections.Immutable;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>What one agent is told once, at its start.</summary>
/// <param name="Seed">Random for each start of the agent: every identifier that the core makes comes from it, so that a run can be repeated.</param>
/// <param name="Hosts">All hosts of the cluster by slot, this one too.</param>
/// <param name="HasFenceDevice">Peers can be powered off.</param>
/// <param name="FastShot">Fence after <c>suspect</c> instead of ttl + stop (opt-in).</param>
/// <param name="FenceCutsPath">The device's off also cuts the path to the datastores, so that no drain is left to wait for.</param>
/// <param name="MigrationAddress">This host's own address for incoming migrations.</param>
public sealed record AgentSettings(
    string Cluster, string Host, int Slot, Guid BootId, ulong Seed, TimingPlan Plan, ImmutableArray<ClusterNetwork> Networks,
    ImmutableSortedDictionary<int, string> Hosts, bool HasFenceDevice, bool FastShot, bool FenceCutsPath, string MigrationAddress, WatchdogClass Watchdog)
{
    internal MoveFlaws MoveFlaws { get; init; }

    internal AgentFlaws Flaws { get; init; }

    /// <summary>This protection is left out.</summary>
    internal bool Lacks(AgentFlaws protection) => (Flaws & protection) != 0;

    internal RegisterFlaws RegisterFlaws { get; init; }

    public string NameOf(int slot) => Hosts.GetValueOrDefault(slot) ?? $"slot {slot}";
}
