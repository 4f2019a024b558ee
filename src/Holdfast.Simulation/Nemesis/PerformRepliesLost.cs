using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The source never hears that its copy is complete.</summary>
internal sealed class PerformRepliesLost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "replies of Perform lost";

    public override TimeSpan Lasts() => Dice.Seconds(20, 120);

    public override Action? Strike() => Change(h => h.LostReplies += 0.5, h => h.LostReplies -= 0.5);
}
