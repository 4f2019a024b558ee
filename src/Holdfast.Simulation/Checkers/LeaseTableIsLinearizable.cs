using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>
/// The lease table is one compare-and-swap register. Its history shows it: each version was proposed by somebody before anybody acts on it, was made
/// from the one version before it that all agree on (the compare), has exactly one batch in it (the swap), and no batch is in two versions. As versions are
/// seen in the order of time, a batch that was handed in after a version was seen is in a newer one.
/// </summary>
internal sealed class LeaseTableIsLinearizable(SimulatedCluster cluster) : Checker(cluster)
{
    private readonly Dictionary<(string Store, ulong Version), List<Proposal>> proposals = [];
    private readonly Dictionary<(string Store, ulong Version), LeaseTable> history = [];
    private readonly Dictionary<(string Store, BatchId Batch), ulong> applied = [];

    public override string Name => "lease-table-is-linearizable";

    public override void Written(SimulatedHost host, string store, BallotRecord record)
    {
        if (record.AcceptedTable is not { } next)
        {
            return;
        }

        if (!proposals.TryGetValue((store, next.Version), out var known))
        {
            proposals[(store, next.Version)] = known = [];
        }

        if (!known.Exists(p => p.Next.SameAs(next)))
        {
            known.Add(new(record.Chosen, next));
        }
    }

    public override void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        // The version that the area was formatted with is nobody's.
        if (table.Version <= 1 || !history.TryAdd((store, table.Version), table))
        {
            return;
        }

        var proposal = proposals.GetValueOrDefault((store, table.Version))?.Find(p => p.Next.SameAs(table));
        if (proposal is null)
        {
            Violated($"{host.Name} acts on version {table.Version} of {store}'s lease table, and nobody has proposed it");
            return;
        }

        var before = history.GetValueOrDefault((store, table.Version - 1));
        if (proposal.Base.Version != table.Version - 1 || (before is not null && !proposal.Base.SameAs(before)))
        {
            Violated($"version {table.Version} of {store}'s lease table was made from another version {proposal.Base.Version} than the one before it");
        }

        LookAtBatches(store, table);
    }

    private void LookAtBatches(string store, LeaseTable table)
    {
        var authors = table.Hosts.Values.Where(h => h.LastBatchVersion == table.Version).ToList();
        if (authors.Count > 1)
        {
            Violated($"version {table.Version} of {store}'s lease table holds the batches of {string.Join(" and ", authors.Select(h => h.Name))}");
        }

        foreach (var author in authors)
        {
            if (!applied.TryAdd((store, author.LastBatch), table.Version))
            {
                Violated($"batch {author.LastBatch} of {author.Name} is in the versions {applied[(store, author.LastBatch)]} and {table.Version} of {store}'s lease table");
            }
        }
    }

    /// <summary>What somebody wanted to be the next version, and which version it was made from.</summary>
    private sealed record Proposal(LeaseTable Base, LeaseTable Next);
}
