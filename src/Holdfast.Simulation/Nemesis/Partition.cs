using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The hosts fall into two groups on all networks; both sides keep the storage.</summary>
internal sealed class Partition(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "partition";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        var side = Cluster.Hosts.Select(h => h.Index).Where(_ => Dice.Chance(0.5)).ToArray();
        var other = Cluster.Hosts.Select(h => h.Index).Except(side).ToArray();
        Where = $"{side.Length} from {other.Length}";
        return Cut(Cluster.Networks.SelectMany(n => n.Across(side, other)));
    }
}
