using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host crashes and boots so fast that writes of its former boot are still on their way.</summary>
internal sealed class QuickReboot(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "quick reboot";

    public override TimeSpan Lasts() => Dice.Seconds(0.1, 3);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        host.Crash("kernel panic");
        return host.PowerOn;
    }
}
