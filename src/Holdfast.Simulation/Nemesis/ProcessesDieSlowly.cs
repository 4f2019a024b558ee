using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A killed QEMU takes many seconds to be gone.</summary>
internal sealed class ProcessesDieSlowly(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "processes die slowly";

    public override Action? Strike() => Change(h => h.SlowKills += 0.3, h => h.SlowKills -= 0.3);
}
