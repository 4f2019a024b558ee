using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses its path to the store in the instant in which it starts a machine, and its libvirt hangs for longer than a lease.</summary>
internal sealed class StorageLostWhileStarting(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    public override string Name => "storage lost while a machine starts";

    public override bool Creates(SimulatedHost host)
    {
        host.LibvirtBackAt = Time.Now + Dice.Seconds(5, 28);
        var network = Cluster.StorageNetwork;
        Time.After(Dice.Seconds(3, 40), Cut(network.Across([host.Index], [network.Server])));
        return true;
    }
}
