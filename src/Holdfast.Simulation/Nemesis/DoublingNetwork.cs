using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A network delivers some messages twice.</summary>
internal sealed class DoublingNetwork(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "network that doubles";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        var network = AnyNetwork();
        var links = network.All().ToArray();
        foreach (var link in links)
        {
            link.DoubledPercent += 30;
        }

        Where = network.Name;
        return () =>
        {
            foreach (var link in links)
            {
                link.DoubledPercent -= 30;
            }
        };
    }
}
