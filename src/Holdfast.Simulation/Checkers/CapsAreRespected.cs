using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>
/// Never more moves at a time than the table allows, and no host is fenced while more than half of all have just gone down together (the cliff): then
/// it is more likely that something else is wrong, and another ttl is waited.
/// </summary>
internal sealed class CapsAreRespected(SimulatedCluster cluster) : Checker(cluster)
{
    /// <summary>By then every host that can see the storage has seen that they are silent.</summary>
    private static readonly TimeSpan Certainly = TimeSpan.FromSeconds(3);
    private readonly Dictionary<string, TimeSpan> downSince = new(StringComparer.Ordinal);

    public override string Name => "caps-are-respected";

    public override void WentDown(SimulatedHost host) => downSince[host.Name] = Now;

    public override void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        var moves = 0;
        foreach (var entry in table.Machines.Values)
        {
            moves += entry.State == LeaseState.Moving ? 1 : 0;
        }

        if (moves > LeaseTable.MostMoves)
        {
            Violated($"{moves} moves are open in {store}'s lease table; {LeaseTable.MostMoves} are allowed");
        }
    }

    public override void Decided(SimulatedHost host, Decision decision)
    {
        if (decision.Kind != "suspected" || decision.Host is not { } target || !IsDown(target) || Cluster.Hosts.Count(h => IsDown(h.Name)) * 2 <= Cluster.Hosts.Length)
        {
            return;
        }

        var silent = Now - downSince[target];
        var least = (Cluster.Options.FastShot ? Cluster.Plan.Suspect : Cluster.Plan.FenceAfter) + Cluster.Plan.Ttl;
        if (silent < least * (1 - Cluster.Plan.ClockRateTolerance))
        {
            Violated($"{host.Name} begins to fence {target} {silent.TotalSeconds:0.0} s after it went down together with more than half of all hosts");
        }
    }

    private bool IsDown(string name) =>
        Cluster.Hosts.First(h => h.Name == name) is { On: false } host && downSince.TryGetValue(name, out var since) && Now - since > Cluster.Plan.Suspect + Certainly && host.Agent is null;
}
