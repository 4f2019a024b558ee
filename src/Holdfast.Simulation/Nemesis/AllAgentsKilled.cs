using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>All agents are killed at once (an upgrade that goes wrong).</summary>
internal sealed class AllAgentsKilled(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "all agents killed";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        foreach (var host in Cluster.Hosts.Where(h => h.On))
        {
            host.KillAgent(Dice.Seconds(0.5, 8));
        }

        return null;
    }
}
