using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The store still holds a dead host's image locks.</summary>
internal sealed class ImagesLocked(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "images locked";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(1, 40);

    public override Action? Strike() => Change(h => h.LockedImages = true, h => h.LockedImages = false);
}
