using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>
/// A guard is killed and restarted with what it remembers. Once is harmless; a guard that is killed again and again renews nothing, and its machines freeze rightly.
/// </summary>
internal sealed class GuardKilled(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guard killed";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host || (Cluster.Options.HarmlessOnly && Time.Now - host.GuardKilledAt < Cluster.Plan.Ttl * 2))
        {
            return null;
        }

        host.KillGuard(Dice.Seconds(0.05, 1.5));
        return null;
    }
}
