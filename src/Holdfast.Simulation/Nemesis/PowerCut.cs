using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>All hosts lose their power and come back one after another.</summary>
internal sealed class PowerCut(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "power cut";

    public override Action? Strike()
    {
        foreach (var host in Cluster.Hosts)
        {
            host.Crash("power cut");
            host.PowerOnAfter(Dice.Seconds(3, 30));
        }

        return null;
    }
}
