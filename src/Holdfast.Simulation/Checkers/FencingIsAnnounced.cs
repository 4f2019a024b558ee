using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>Intent before act: nobody asks a fence device for off without a committed announcement of its own.</summary>
internal sealed class FencingIsAnnounced(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "fencing-is-announced";

    public override void Shot(SimulatedHost by, SimulatedHost target)
    {
        if (by.Agent!.Core.Tables.All(t => t.Table.Host(new Slot(target.Index))?.Fencing?.By.Slot.Value != by.Index))
        {
            Violated($"{by.Name} fences {target.Name}, and no lease table says that it is about to");
        }
    }
}
