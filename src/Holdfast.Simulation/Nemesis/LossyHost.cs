using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A part of what a host sends and receives on one network is lost.</summary>
internal sealed class LossyHost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "lossy link";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = AnyNetwork();
        var percent = 5 + Dice.Below(60);
        var links = network.From(host.Index).Concat(network.To(host.Index)).ToArray();
        foreach (var link in links)
        {
            link.LossPercent += percent;
        }

        Where = $"{host.Name} {network.Name} {percent} %";
        return () =>
        {
            foreach (var link in links)
            {
                link.LossPercent -= percent;
            }
        };
    }
}
