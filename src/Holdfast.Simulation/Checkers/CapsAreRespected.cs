using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>
/// Never more moves at a time than the table allows, no more fencings within a ttl than the cap, and no host is fenced while more than half of all have just gone down together (the cliff): then
/// it is more likely that something else is wrong, and another ttl is waited.
/// </summary>
internal sealed class CapsAreRespected(SimulatedCluster cluster) : Checker(cluster)
{
    /// <summary>By then every host that can see the storage has seen that they are silent.</summary>
    private static readonly TimeSpan Certainly = TimeSpan.FromSeconds(3);
    private readonly Dictionary<SimulatedHost, TimeSpan> downSince = [];

    public override string Name => "caps-are-respected";

    private readonly Dictionary<(SimulatedHost By, string Store, int Target), TimeSpan> announced = [];
    private readonly HashSet<(SimulatedHost, int)> ordered = [];

    public override void WentDown(SimulatedHost host) => downSince[host] = Now;

    public override void Ordered(SimulatedHost host, AgentOrder order)
    {
        if (order is FenceHost fence)
        {
            ordered.Add((host, fence.Slot));
        }
    }

    public override void OrderEnded(SimulatedHost host, AgentOrder order, string? refusal)
    {
        if (order is FenceHost fence)
        {
            ordered.Remove((host, fence.Slot));
        }
    }

    public override void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        SeeFencings(host, store, table);
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
        if (decision.Kind != "suspected" || Cluster.Hosts.FirstOrDefault(h => h.Name == decision.Host) is not { } target)
        {
            return;
        }

        CheckFencings(host, target);
        CheckCliff(host, target);
    }

    private void SeeFencings(SimulatedHost host, string store, LeaseTable table)
    {
        foreach (var target in Cluster.Hosts)
        {
            var key = (host, store, target.Index);
            if (table.Host(new Slot(target.Index))?.Fencing is null)
            {
                announced.Remove(key);
            }
            else
            {
                announced.TryAdd(key, Now);
            }
        }
    }

    /// <summary>By what this host knew: two hosts that announce at the same moment do not know of each other.</summary>
    private void CheckFencings(SimulatedHost host, SimulatedHost target)
    {
        var most = AgentSettings.FewerThanHalf(Cluster.Hosts.Length);
        var recent = Cluster.Hosts.Count(h => h != target && IsStillOpen(host, h) && Cluster.Stores.All(s => IsRecent((host, s.Name, h.Index))));
        if (recent >= most)
        {
            Violated($"{host.Name} begins to fence {target.Name}, and {recent} other hosts have been since less than a ttl; {most} are allowed");
        }
    }

    private bool IsRecent((SimulatedHost, string, int) key) => announced.TryGetValue(key, out var at) && Now - at < Cluster.Plan.Ttl * (1 - Cluster.Plan.ClockRateTolerance);

    /// <summary>The table that it decides by may have come in the same step, with the new life of a host that was fenced.</summary>
    private static bool IsStillOpen(SimulatedHost host, SimulatedHost target) =>
        host.Agent is not { } agent || agent.Core.Tables.Any(t => t.Table.Host(new Slot(target.Index))?.Fencing is not null);

    private void CheckCliff(SimulatedHost host, SimulatedHost target)
    {
        // A person who orders it knows better than the cliff.
        if (ordered.Contains((host, target.Index)) || !IsDown(target) || Cluster.Hosts.Count(IsDown) * 2 <= Cluster.Hosts.Length)
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

    /// <summary>And nothing of it has come since: a late write of its slot, which lands after its end, is a sign of life to everybody.</summary>
    private bool IsDown(SimulatedHost host) =>
        !host.On && downSince.TryGetValue(host, out var since) && Now - since > Cluster.Plan.Suspect + Certainly && host.Silence > Cluster.Plan.Suspect + Certainly;
}
