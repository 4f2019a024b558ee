using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The guest agents on a host do not answer, in guests that idle: no reason to touch any.</summary>
internal sealed class GuestAgentsSilent(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guest agents do not answer";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike() => Change(h => h.SilentGuestAgents++, h => h.SilentGuestAgents--);
}
