using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Every process of a host stands still; a short hang goes on, a long one ends by the watchdog.</summary>
internal sealed class HostHang(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "host hangs";

    public override TimeSpan Lasts() => Dice.Chance(0.5) ? Dice.Seconds(0.1, 4) : Dice.Seconds(3, 40);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var life = host.Life;
        host.Hang();
        return () => host.Unhang(life);
    }
}
