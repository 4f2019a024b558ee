using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A part of a host's reads end with an error.</summary>
internal sealed class ReadsFail(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "failing reads";

    public override Action? Strike() => Change(h => h.ReadErrors += 0.3, h => h.ReadErrors -= 0.3);
}
