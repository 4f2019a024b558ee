using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A part of what a host sends and receives on one network is lost.</summary>
internal sealed class LossyHost(SimulatedCluster cluster, Dice dice) : HostLinkFault(cluster, dice)
{
    public override string Name => "lossy link";

    protected override Action? Strike(SimulatedNetwork network, int host)
    {
        var percent = 5 + Dice.Below(60);
        var links = Both(network, host).ToArray();
        foreach (var link in links)
        {
            link.LossPercent += percent;
        }

        Where = $"{Where} {percent} %";
        return () =>
        {
            foreach (var link in links)
            {
                link.LossPercent -= percent;
            }
        };
    }
}
