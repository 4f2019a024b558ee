using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses its path to the store for so long that it gives its machines away.</summary>
internal sealed class StoragePathLongCut(SimulatedCluster cluster, Dice dice) : StoragePathCut(cluster, dice)
{
    public override string Name => "storage path cut for long";

    public override TimeSpan Lasts() => Cluster.Plan.Ttl + (Cluster.Plan.StorageLossLimit * (0.9 + (Dice.Fraction() * 1.5)));
}
