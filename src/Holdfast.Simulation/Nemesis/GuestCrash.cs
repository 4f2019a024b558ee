using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>One QEMU process dies.</summary>
internal sealed class GuestCrash(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "QEMU crashes";

    public override Action? Strike()
    {
        var guests = Cluster.Hosts.SelectMany(h => h.Guests).ToList();
        if (guests.Count > 0)
        {
            Dice.Any(guests).Die("it crashed");
        }

        return null;
    }
}
