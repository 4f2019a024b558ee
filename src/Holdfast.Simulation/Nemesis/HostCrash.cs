using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses its power and comes back later.</summary>
internal sealed class HostCrash(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "host crash";

    public override TimeSpan Lasts() => Dice.Seconds(5, 120);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        host.Crash("power lost");
        return host.PowerOn;
    }
}
