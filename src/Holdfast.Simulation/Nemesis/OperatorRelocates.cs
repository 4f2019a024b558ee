using Holdfast.Core.Agent;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody takes a machine to another host shut down.</summary>
internal sealed class OperatorRelocates(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public override string Name => "machine relocated by order";

    public override Action? Strike()
    {
        if (AnyMachine() is { } found)
        {
            Order(found.Owner, new RelocateMachine(found.Entry.Machine.Value, Dice.Chance(0.5) ? null : Dice.Below(Cluster.Hosts.Length), Dice.Seconds(2, 60)));
        }

        return null;
    }
}
