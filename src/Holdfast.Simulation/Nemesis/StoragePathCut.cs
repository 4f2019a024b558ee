using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses its path to the store, in both directions.</summary>
internal class StoragePathCut(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "storage path cut";

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = Cluster.StorageNetwork;
        return Cut(network.Across([host.Index], [network.Server]));
    }
}
