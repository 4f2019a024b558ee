using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host cannot read for a moment just when another one has decided something, and has something to commit itself.</summary>
internal sealed class BlindWhileOthersDecide(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    public override string Name => "blind while others decide";

    public override bool Sees(SimulatedHost host, LeaseTable table)
    {
        if (Cluster.Hosts.Where(h => h != host && h.Agent is { } agent && agent.Core.Tables.Any(t => t.Table.Version < table.Version)).ToList() is not { Count: > 0 } behind)
        {
            return false;
        }

        var blind = Dice.Any(behind);
        blind.ReadErrors += 1;
        Time.After(Dice.Seconds(0.1, 1), () => blind.ReadErrors -= 1);
        OrderSomething(blind);
        return true;
    }
}
