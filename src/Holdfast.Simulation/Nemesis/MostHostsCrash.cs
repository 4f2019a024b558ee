using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>More than half of all hosts lose their power at the same instant.</summary>
internal sealed class MostHostsCrash(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "most hosts crash";

    public override TimeSpan Lasts() => Dice.Seconds(20, 90);

    public override Action? Strike()
    {
        var hosts = Cluster.Hosts.Where(h => h.On).OrderBy(_ => Dice.Number()).Take((Cluster.Hosts.Length / 2) + 1).ToArray();
        foreach (var host in hosts)
        {
            host.Crash("power lost");
        }

        Where = string.Join(" and ", hosts.Select(h => h.Name));
        return () => Array.ForEach(hosts, h => h.PowerOn());
    }
}
