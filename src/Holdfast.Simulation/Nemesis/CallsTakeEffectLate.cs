using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Some calls are reported as unknown and take effect long after that.</summary>
internal sealed class CallsTakeEffectLate(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "hypervisor calls take effect late";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.LateCalls += 0.15, h => h.LateCalls -= 0.15);
}
