using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>All agents that act on a version of a lease table act on the same one.</summary>
internal sealed class TablesAgree(SimulatedCluster cluster) : Checker(cluster)
{
    private readonly Dictionary<(string Store, ulong Version), LeaseTable> chosen = [];

    public override string Name => "tables-agree";

    public override void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        if (!chosen.TryGetValue((store, table.Version), out var known))
        {
            chosen[(store, table.Version)] = table;
        }
        else if (!known.SameAs(table))
        {
            Violated($"{host.Name} acts on another version {table.Version} of {store}'s lease table than others did");
        }
    }
}
