using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody moves a machine.</summary>
internal sealed class OperatorMoves(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public override string Name => "machine moved by order";

    public override Action? Strike()
    {
        if (AnyMachine() is { } found)
        {
            Order(found.Owner, new MoveMachine(found.Entry.Machine.Value, Dice.Chance(0.5) ? null : Dice.Below(Cluster.Hosts.Length), Dice.Id()));
        }

        return null;
    }
}
