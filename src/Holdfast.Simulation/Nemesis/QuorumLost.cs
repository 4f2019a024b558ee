using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host sees no quorum of etcd.</summary>
internal sealed class QuorumLost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "etcd without quorum";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.HasQuorum = false, h => h.HasQuorum = true);
}
