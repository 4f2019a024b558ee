using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A guard's deadline thread gets its turn late, within its bound.</summary>
internal sealed class GuardLate(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guard acts late";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.GuardLatenessMs += 700, h => h.GuardLatenessMs -= 700);
}
