using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host is cut off from all others and its machines from their network; the storage is all that it has left.</summary>
internal sealed class HostLeftWithStorage(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "host left with the storage alone";

    public override TimeSpan Lasts() => Dice.Seconds(10, 150);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var others = Cluster.Hosts.Select(h => h.Index).Where(i => i != host.Index).ToArray();
        host.GuestNetworkUp = false;
        var heal = Cut(Cluster.Networks.SelectMany(n => n.Across([host.Index], others)));
        return () =>
        {
            host.GuestNetworkUp = true;
            heal();
        };
    }
}
