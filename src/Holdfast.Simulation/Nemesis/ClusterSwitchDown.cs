using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The cluster network is gone for everybody, for long; nothing may come of it.</summary>
internal sealed class ClusterSwitchDown(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "cluster switch down";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike() => Cut(Cluster.Networks[0].All());
}
