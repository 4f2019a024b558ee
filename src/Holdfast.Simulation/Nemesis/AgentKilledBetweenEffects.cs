using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>An agent dies between two of the effects of one step.</summary>
internal sealed class AgentKilledBetweenEffects(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "agent killed in the middle of a step";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        host.Agent?.DieAfter(Dice.Below(60));
        return null;
    }
}
