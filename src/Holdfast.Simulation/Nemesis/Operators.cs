using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>People who give orders at bad moments, through any agent.</summary>
internal abstract class OperatorFault(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    protected void Order(SimulatedHost? host, AgentOrder order)
    {
        if (host?.Agent is { } agent)
        {
            Cluster.Timeline.After(TimeSpan.Zero, agent.Scope, () => agent.Order(order, refusal => Cluster.Trace($"order at {host.Name}: {refusal ?? "done"}")));
        }
    }

    /// <summary>A machine and, as the newest table that an agent knows says, its owner.</summary>
    protected (MachineEntry Entry, SimulatedHost? Owner)? AnyMachine()
    {
        var newest = Cluster.Hosts.Where(h => h.Agent is not null).SelectMany(h => h.Agent!.Core.Tables).Select(t => t.Table).OrderByDescending(t => t.Version).FirstOrDefault();
        if (newest is null || newest.Machines.IsEmpty)
        {
            return null;
        }

        var entry = newest.Machines.ElementAt(Dice.Below(newest.Machines.Count)).Value;
        Where = Cluster.NameOf(entry.Machine.Value);
        return (entry, entry.Owner is { } owner ? Cluster.Hosts[owner.Slot.Value] : null);
    }
}
