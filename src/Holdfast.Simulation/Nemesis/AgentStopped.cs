using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>An agent's process stands still (SIGSTOP, a long collection) and goes on.</summary>
internal sealed class AgentStopped(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "agent stopped";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(0.3, 20);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        if (host.Agent is not { } agent)
        {
            return null;
        }

        agent.Scope.Pause();
        return () => agent.Scope.Resume(Time);
    }
}
