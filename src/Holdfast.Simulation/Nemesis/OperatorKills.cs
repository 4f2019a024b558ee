using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody kills a machine and later starts it again.</summary>
internal sealed class OperatorKills(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public override string Name => "machine killed by order";

    public override Action? Strike()
    {
        if (AnyMachine() is not { } found)
        {
            return null;
        }

        var id = found.Entry.Machine.Value;
        Order(found.Owner ?? AnyHost(), new KillMachine(id));
        return () => Order(AnyHost(), new WantMachine(id, true));
    }
}
