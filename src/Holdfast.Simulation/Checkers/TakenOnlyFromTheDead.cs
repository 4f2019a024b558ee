using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>Only the owner gives; whoever takes finds no copy on the former owner that executes, or could still be let go on by its right.</summary>
internal sealed class TakenOnlyFromTheDead(SimulatedCluster cluster) : TableHistory(cluster)
{
    public override string Name => "taken-only-from-the-dead";

    protected override void Changed(MachineEntry old, MachineEntry entry)
    {
        var given = entry.GivenFrom == old.Epoch;
        if (old.Owner is not { } before || entry.Owner is not { } now || before.Slot == now.Slot || given)
        {
            return;
        }

        var host = Cluster.Hosts[before.Slot.Value];
        if (host.Guests.Any(g => g.Machine == entry.Machine.Value && g.Executing))
        {
            Violated($"{Cluster.NameOf(entry.Machine.Value)} was taken from {host.Name} for {Cluster.HostNames[now.Slot.Value]} in epoch {entry.Epoch} while it executes there");
        }
    }
}
