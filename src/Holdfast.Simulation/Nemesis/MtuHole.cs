using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Large packets of one host are lost on one network, in one direction or both, while every heartbeat passes.</summary>
internal sealed class MtuHole(SimulatedCluster cluster, Dice dice) : HostLinkFault(cluster, dice)
{
    private const int Usual = 1500;

    public override string Name => "hole for large packets";

    protected override Action? Strike(SimulatedNetwork network, int host)
    {
        var links = (Dice.Chance(0.5) ? Both(network, host) : network.From(host)).Where(l => l.LargestPacket > Usual).ToArray();
        foreach (var link in links)
        {
            link.LargestPacket = Usual;
        }

        return () =>
        {
            foreach (var link in links)
            {
                link.LargestPacket = int.MaxValue;
            }
        };
    }
}
