using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host's link goes down and up again, many times.</summary>
internal sealed class FlappingLink(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "flapping link";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = AnyNetwork();
        Where = $"{host.Name} {network.Name}";
        var over = false;
        var heal = Cut(network.From(host.Index).Concat(network.To(host.Index)));
        void Flap()
        {
            heal();
            if (!over)
            {
                Time.After(Dice.Seconds(0.2, 4), () =>
                {
                    heal = over ? () => { } : Cut(network.From(host.Index).Concat(network.To(host.Index)));
                    Time.After(Dice.Seconds(0.2, 4), Flap);
                });
            }
        }

        Time.After(Dice.Seconds(0.2, 4), Flap);
        return () => over = true;
    }
}
