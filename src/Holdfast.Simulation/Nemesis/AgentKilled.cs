using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>An agent is killed and restarted.</summary>
internal sealed class AgentKilled(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "agent killed";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        host.KillAgent(Dice.Seconds(0.1, 10));
        return null;
    }
}
