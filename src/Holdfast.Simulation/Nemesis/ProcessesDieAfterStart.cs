using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>QEMU dies soon after its start.</summary>
internal sealed class ProcessesDieAfterStart(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "processes die after their start";

    public override Action? Strike() => Change(h => h.StartDeaths += 0.5, h => h.StartDeaths -= 0.5);
}
