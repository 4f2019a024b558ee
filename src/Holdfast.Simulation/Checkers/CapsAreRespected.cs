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
    private readonly Dictionary<SimulatedHost, TimeSpan> downSince = [];

    public override string Name => "caps-are-respected";

    public override void WentDown(SimulatedHost host) => downSince[host] = Now;

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
        if (decision.Kind != "suspected" || Cluster.Hosts.FirstOrDefault(h => h.Name == decision.Host) is not { } target || !IsDown(target) || Cluster.Hosts.Count(IsDown) * 2 <= Cluster.Hosts.Length)
        {
            return;
        }

        // As the fencing counts: a host may have been silent for a while before it went down, and what it had sent may come to some hosts after that.
        var silent = Now - (target.LastRenewed < downSince[target] ? target.LastRenewed : downSince[target]);
        var least = (Cluster.Options.FastShot ? Cluster.Plan.Suspect : Cluster.Plan.FenceAfter) + Cluster.Plan.Ttl;
        if (silent < least * (1 - Cluster.Plan.ClockRateTolerance))
        {
            Violated($"{host.Name} begins to fence {target.Name}, silent for {silent.TotalSeconds:0.0} s, while it is down together with more than half of all hosts");
        }
    }

    private bool IsDown(SimulatedHost host) => !host.On && downSince.TryGetValue(host, out var since) && Now - since > Cluster.Plan.Suspect + Certainly;
}
