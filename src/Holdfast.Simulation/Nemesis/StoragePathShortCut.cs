using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses its path to the store for about as long as its right lasts.</summary>
internal sealed class StoragePathShortCut(SimulatedCluster cluster, Dice dice) : StoragePathCut(cluster, dice)
{
    public override string Name => "storage path cut for about a lease";

    public override TimeSpan Lasts() => Cluster.Plan.Ttl * (0.6 + (Dice.Fraction() * 0.7));
}
