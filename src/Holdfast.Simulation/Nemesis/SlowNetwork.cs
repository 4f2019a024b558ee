using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A network delays, and so reorders, everything.</summary>
internal sealed class SlowNetwork(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "slow network";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        var network = AnyNetwork();
        var delay = Dice.Milliseconds(5, 900);
        var links = network.All().ToArray();
        foreach (var link in links)
        {
            link.ExtraDelay += delay;
        }

        Where = network.Name;
        return () =>
        {
            foreach (var link in links)
            {
                link.ExtraDelay -= delay;
            }
        };
    }
}
