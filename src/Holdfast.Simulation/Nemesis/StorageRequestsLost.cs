using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>What a host sends to the store is lost; nothing lands.</summary>
internal sealed class StorageRequestsLost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "requests to the store lost";

    public override TimeSpan Lasts() => Dice.Seconds(0.5, 15);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = Cluster.StorageNetwork;
        return Cut([network.Between(host.Index, network.Server)]);
    }
}
