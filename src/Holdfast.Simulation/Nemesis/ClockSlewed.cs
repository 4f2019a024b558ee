using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>chrony slews a host's CLOCK_BOOTTIME, by no more than the tolerance that the timing plan allows between two hosts' clocks.</summary>
internal sealed class ClockSlewed(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "clock slewed";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        var factor = 1 + ((Dice.Fraction() - 0.5) * 0.0009);
        return Change(h => h.Clock.Slew(factor), h => h.Clock.Slew(1));
    }
}
