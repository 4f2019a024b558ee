using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>An entry's epoch never goes back, is never newer than its table, and grows with every change of state or owner.</summary>
internal sealed class EpochsOnlyGrow(SimulatedCluster cluster) : Checker(cluster)
{
    private readonly Dictionary<string, LeaseTable> newest = new(StringComparer.Ordinal);

    public override string Name => "epochs-only-grow";

    public override void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        var before = newest.GetValueOrDefault(store) ?? LeaseTable.Empty;
        if (table.Version <= before.Version)
        {
            return;
        }

        newest[store] = table;
        foreach (var entry in table.Machines.Values)
        {
            var old = before.Machine(entry.Machine);
            if (entry.Epoch.Value > table.Version || (old is not null && (entry.Epoch < old.Epoch || (entry.Epoch == old.Epoch && (entry.State, entry.Owner, entry.Target) != (old.State, old.Owner, old.Target)))))
            {
                Violated($"the epoch of {Cluster.NameOf(entry.Machine.Value)} went from {old?.Epoch} to {entry.Epoch} in version {table.Version}");
            }
        }
    }
}
