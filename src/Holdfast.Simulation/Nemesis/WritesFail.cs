using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A part of a host's writes end with an error; some of them land all the same, whole, torn or late.</summary>
internal sealed class WritesFail(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "failing writes";

    public override Action? Strike() => Change(h => h.WriteErrors += 0.3, h => h.WriteErrors -= 0.3);
}
