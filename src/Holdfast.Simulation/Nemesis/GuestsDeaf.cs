using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Guests on a host do not react to the power button.</summary>
internal sealed class GuestsDeaf(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guests ignore the power button";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.DeafGuests += 0.9, h => h.DeafGuests -= 0.9);
}
