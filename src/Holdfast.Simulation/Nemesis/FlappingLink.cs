using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host's link goes down and up again, many times.</summary>
internal sealed class FlappingLink(SimulatedCluster cluster, Dice dice) : HostLinkFault(cluster, dice)
{
    public override string Name => "flapping link";

    protected override Action? Strike(SimulatedNetwork network, int host)
    {
        var over = false;
        var heal = Cut(Both(network, host));
        void Flap()
        {
            heal();
            if (!over)
            {
                Time.After(Dice.Seconds(0.2, 4), () =>
                {
                    heal = over ? () => { } : Cut(Both(network, host));
                    Time.After(Dice.Seconds(0.2, 4), Flap);
                });
            }
        }

        Time.After(Dice.Seconds(0.2, 4), Flap);
        return () => over = true;
    }
}
