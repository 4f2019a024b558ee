using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A guard's process stands still and goes on, unless its watchdog is faster.</summary>
internal sealed class GuardStopped(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guard stopped";

    public override TimeSpan Lasts() => Dice.Seconds(0.1, 8) * (Dice.Chance(0.3) ? 5 : 1);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        if (host.Guard is not { } guard)
        {
            return null;
        }

        guard.Scope.Pause();
        return () => guard.Scope.Resume(Time);
    }
}
