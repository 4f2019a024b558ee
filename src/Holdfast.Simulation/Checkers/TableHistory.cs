using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>For checkers of what changes from one version of a lease table to the next one that anybody acts on.</summary>
internal abstract class TableHistory(SimulatedCluster cluster) : Checker(cluster)
{
    private readonly Dictionary<string, LeaseTable> newest = new(StringComparer.Ordinal);

    public sealed override void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        var before = newest.GetValueOrDefault(store) ?? LeaseTable.Empty;
        if (table.Version <= before.Version)
        {
            return;
        }

        newest[store] = table;
        foreach (var entry in table.Machines.Values)
        {
            if (before.Machine(entry.Machine) is { } old && old != entry)
            {
                Changed(old, entry);
            }
        }
    }

    /// <summary>The newest version of each store's table that any agent acts on.</summary>
    protected IEnumerable<LeaseTable> Newest => newest.Values;

    protected abstract void Changed(MachineEntry old, MachineEntry entry);
}
