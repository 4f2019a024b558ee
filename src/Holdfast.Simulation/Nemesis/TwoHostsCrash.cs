using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Two hosts lose their power at the same instant.</summary>
internal sealed class TwoHostsCrash(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "two hosts crash";

    public override TimeSpan Lasts() => Dice.Seconds(10, 90);

    public override Action? Strike()
    {
        var hosts = Cluster.Hosts.Where(h => h.On).Take(2).ToArray();
        foreach (var host in hosts)
        {
            host.Crash("power lost");
        }

        Where = string.Join(" and ", hosts.Select(h => h.Name));
        return () =>
        {
            foreach (var host in hosts)
            {
                host.PowerOn();
            }
        };
    }
}
