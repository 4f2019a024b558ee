using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody stops a machine and later starts it again.</summary>
internal sealed class OperatorStops(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public override string Name => "machine stopped by order";

    public override Action? Strike()
    {
        if (AnyMachine() is not { } found)
        {
            return null;
        }

        var id = found.Entry.Machine.Value;
        Order(AnyHost(), new WantMachine(id, false));
        return () => Order(AnyHost(), new WantMachine(id, true));
    }
}
