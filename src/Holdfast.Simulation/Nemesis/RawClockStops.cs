using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>CLOCK_MONOTONIC_RAW stands still on a host.</summary>
internal sealed class RawClockStops(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "raw clock stands still";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.Clock.StopRaw(true), h => h.Clock.StopRaw(false));
}
