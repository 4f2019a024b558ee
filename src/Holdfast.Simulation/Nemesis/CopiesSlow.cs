using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A machine's memory takes a minute to copy.</summary>
internal sealed class CopiesSlow(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "copies take long";

    public override Action? Strike() => Change(h => h.CopyTime += TimeSpan.FromSeconds(45), h => h.CopyTime -= TimeSpan.FromSeconds(45));
}
