using System.Collections.Immutable;

namespace Holdfast.Core.Topology;

/// <summary>
/// Every single component of one cluster, or of several that share switches, power or sites, is taken away, and what that costs is counted. Components of the same kind and name in two clusters are the
/// same thing; what clusters share is wires only, never rights (docs/adr/0006).
/// </summary>
public sealed class FailureAudit
{
    private readonly ImmutableArray<Cluster> clusters;

    public FailureAudit(params IEnumerable<Layout> layouts) => clusters = [.. layouts.Select(l => new Cluster(l))];

    /// <summary>All components, by kind and name.</summary>
    public ImmutableArray<ComponentId> Components => [.. clusters.SelectMany(c => c.Layout.Components.Select(x => x.Id)).Distinct().Order()];

    /// <summary>The worst first.</summary>
    public ImmutableArray<Blast> Singles(CancellationToken cancel = default) => [.. Components.Select(c => Of([c], cancel)).Order(Blast.WorstFirst)];

    /// <summary>Pairs of these components that lose more machines together than one by one: what two failures at once cost beyond either. The worst first.</summary>
    public ImmutableArray<Blast> Pairs(IReadOnlyList<ComponentId> components, CancellationToken cancel = default)
    {
        var alone = components.ToDictionary(c => c, c => Of([c], cancel));
        var pairs = new List<Blast>();
        for (var one = 0; one < components.Count; one++)
        {
            for (var other = one + 1; other < components.Count; other++)
            {
                var both = Of([components[one], components[other]], cancel);
                if (both.Lost > alone[components[one]].Lost + alone[components[other]].Lost)
                {
                    pairs.Add(both);
                }
            }
        }

        return [.. pairs.Order(Blast.WorstFirst)];
    }

    /// <summary>These fail at once.</summary>
    private Blast Of(ImmutableArray<ComponentId> components, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return clusters.Select(c => c.Of(components)).OfType<Blast>().Aggregate(new Blast(components, 0, 0, 0, 0, 0), (all, one) => all.And(one));
    }

    private sealed class Cluster
    {
        private readonly Aftermath whole;
        private readonly ImmutableArray<Fate> before;

        public Cluster(Layout layout)
        {
            Layout = layout;
            whole = new(layout, []);
            before = Fates.Of(layout, whole);
        }

        public Layout Layout { get; }

        /// <summary>Null: it has none of them.</summary>
        public Blast? Of(ImmutableArray<ComponentId> components)
        {
            var down = components.Select(Layout.TryIndexOf).OfType<int>().ToList();
            return down.Count == 0 ? null : Blast.Of(components, before, Fates.Of(Layout, whole.Without(down)));
        }
    }
}
