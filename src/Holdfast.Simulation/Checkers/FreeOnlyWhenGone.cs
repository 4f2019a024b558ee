using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>An entry becomes Free only when no process of the machine that has ever executed is left on its owner.</summary>
internal sealed class FreeOnlyWhenGone(SimulatedCluster cluster) : TableHistory(cluster)
{
    public override string Name => "free-only-when-gone";

    protected override void Changed(MachineEntry old, MachineEntry entry)
    {
        if (old.Owner is { } before && entry.State == LeaseState.Free &&
            Cluster.Hosts[before.Slot.Value].Guests.FirstOrDefault(g => g.Machine == entry.Machine.Value && g.Alive && g.Era > 0) is { } left)
        {
            Violated($"{Cluster.NameOf(entry.Machine.Value)} is free since epoch {entry.Epoch}, and its process {left.Pid} is still on {left.Host.Name}{(left.Executing ? " and executes" : "")}");
        }
    }
}
