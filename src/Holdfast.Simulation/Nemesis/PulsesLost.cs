using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Signs of life of a host's machines cannot be taken: QEMU or libvirtd is too slow to answer.</summary>
internal sealed class PulsesLost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "signs of life cannot be taken";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.LostPulses += 0.6, h => h.LostPulses -= 0.6);
}
