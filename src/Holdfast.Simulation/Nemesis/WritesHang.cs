using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A part of a host's writes hang for seconds before they land.</summary>
internal sealed class WritesHang(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "hanging writes";

    public override Action? Strike() => Change(h => h.WriteHangs += 0.2, h => h.WriteHangs -= 0.2);
}
