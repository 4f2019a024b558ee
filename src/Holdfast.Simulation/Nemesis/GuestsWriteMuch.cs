using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Guests write their memory so fast that a copy needs a longer pause than it is first allowed, or one that nobody allows.</summary>
internal sealed class GuestsWriteMuch(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guests write much";

    public override Action? Strike()
    {
        var pause = TimeSpan.FromMilliseconds(Dice.Chance(0.5) ? 200 : 2000);
        return Change(h => h.LeastPause += pause, h => h.LeastPause -= pause);
    }
}
