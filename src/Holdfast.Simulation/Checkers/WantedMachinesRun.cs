using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>Once the faults are over, every machine that is wanted runs, in exactly one copy, and none that is not wanted does.</summary>
internal sealed class WantedMachinesRun(SimulatedCluster cluster) : Checker(cluster)
{
    private readonly Dictionary<string, LeaseTable> newest = new(StringComparer.Ordinal);

    public override string Name => "wanted-machines-run";

    public override void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        if (!newest.TryGetValue(store, out var known) || table.Version > known.Version)
        {
            newest[store] = table;
        }
    }

    public override void Finally()
    {
        foreach (var entry in newest.Values.SelectMany(t => t.Machines.Values))
        {
            var copies = Cluster.TruthOf(entry.Machine.Value).Executing.Count;
            var wanted = entry.Wanted == WantedState.Run ? 1 : 0;
            if (copies != wanted)
            {
                var owner = entry.Owner is { } o ? $"{entry.State} by {Cluster.HostNames[o.Slot.Value]}" : $"{entry.State}";
                Violated($"{Cluster.NameOf(entry.Machine.Value)} is wanted {entry.Wanted} ({owner}, epoch {entry.Epoch}) and executes in {copies} copies");
            }
        }
    }
}
