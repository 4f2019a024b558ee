using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>What a host writes lands, and it never hears of it.</summary>
internal sealed class StorageAnswersLost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "answers of the store lost";

    public override TimeSpan Lasts() => Dice.Seconds(0.5, 15);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = Cluster.StorageNetwork;
        return Cut([network.Between(network.Server, host.Index)]);
    }
}
