using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>No host reaches the store.</summary>
internal sealed class StorageLost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "storage path cut for all";

    public override TimeSpan Lasts() => Dice.Seconds(1, 25);

    public override Action? Strike()
    {
        var network = Cluster.StorageNetwork;
        return Cut(Cluster.Hosts.SelectMany(h => network.Across([h.Index], [network.Server])));
    }
}
