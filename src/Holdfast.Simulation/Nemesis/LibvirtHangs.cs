using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>libvirtd does not answer for a while; what was asked happens later.</summary>
internal sealed class LibvirtHangs(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "libvirtd hangs";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.LibvirtBackAt = Time.Now + Dice.Seconds(1, 50), _ => { });
}
