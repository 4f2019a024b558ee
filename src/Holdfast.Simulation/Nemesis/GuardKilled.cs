using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A guard is killed and restarted with what it remembers.</summary>
internal sealed class GuardKilled(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guard killed";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        host.KillGuard(Dice.Seconds(0.05, 1.5));
        return null;
    }
}
