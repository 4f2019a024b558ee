using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A guest shuts itself down; it stays off until somebody starts it.</summary>
internal sealed class GuestShutsDown(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guest shuts down from inside";

    public override Action? Strike()
    {
        if (Cluster.Truths.SelectMany(t => t.Executing).ToList() is { Count: > 0 } guests)
        {
            var guest = Dice.Any(guests);
            Where = Cluster.NameOf(guest.Machine);
            guest.ShutDownFromInside();
        }

        return null;
    }
}
