using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody frees a machine whose host has been off for long enough, as the runbook says.</summary>
internal sealed class OperatorForceFrees(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public override string Name => "machine freed by hand";

    public override Action? Strike()
    {
        if (AnyMachine() is { Entry: { State: not LeaseState.Free } entry, Owner: { On: false } })
        {
            Cluster.Timeline.After(Cluster.Options.Drain, () =>
            {
                // Honest: looked at again, and nothing of it is left anywhere.
                if (Cluster.Hosts.All(h => h.Guests.All(g => g.Machine != entry.Machine.Value)))
                {
                    Order(AnyHost(), new ForceFreeMachine(entry.Machine.Value, entry.Epoch.Value, "an operator", "its host is off"));
                }
            });
        }

        return null;
    }
}
