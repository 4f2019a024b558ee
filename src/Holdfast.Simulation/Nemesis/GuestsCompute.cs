using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The guests on a host compute and touch no disk; from outside their CPUs look as a hung one's do.</summary>
internal sealed class GuestsCompute(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guests only compute";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike() => Change(h => h.ComputingGuests++, h => h.ComputingGuests--);
}
