using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses every network at once, the storage too.</summary>
internal sealed class HostWithoutNetworks(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "host cut off all networks";

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        return Cut(Cluster.Networks.SelectMany(n => n.From(host.Index).Concat(n.To(host.Index))));
    }
}
