using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A guest hangs, for longer than a hung one is left alone, and comes to itself, if nobody has restarted it: a person has reset it.</summary>
internal sealed class GuestHangs(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guest hangs";

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike()
    {
        if (Cluster.Truths.SelectMany(t => t.Executing).ToList() is not { Count: > 0 } guests)
        {
            return null;
        }

        var guest = Dice.Any(guests);
        Where = Cluster.NameOf(guest.Machine);
        guest.IsHung = true;
        return () =>
        {
            // A copy that has arrived elsewhere meanwhile has its memory.
            foreach (var copy in Cluster.Hosts.SelectMany(h => h.Guests).Where(g => g.Machine == guest.Machine))
            {
                copy.IsHung = false;
            }
        };
    }
}
