using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A stopped QEMU takes up to seconds until all its threads stand still.</summary>
internal sealed class ProcessesStopSlowly(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "processes stop slowly";

    public override Action? Strike() => Change(h => h.SlowStops += 0.4, h => h.SlowStops -= 0.4);
}
