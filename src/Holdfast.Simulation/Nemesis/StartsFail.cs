using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>QEMU does not start on a host.</summary>
internal sealed class StartsFail(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "starts fail";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.StartFailures += 0.6, h => h.StartFailures -= 0.6);
}
