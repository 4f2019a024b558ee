using System.Collections.Immutable;
using Holdfast.Core.Evidence;

namespace Holdfast.Core.Topology;

/// <summary>What a cluster would come to if some of its components failed and stayed failed, by the agents' own rules (docs/adr/0014).</summary>
/// <param name="Down">All that is down then, what hangs on it too.</param>
/// <param name="Verdict">What most of the hosts that are on find; of equally many, the one with the lowest slot.</param>
/// <param name="Machines">By name.</param>
public sealed record WhatIf(ImmutableArray<ComponentId> Down, Verdict Verdict, ImmutableArray<HostFate> Hosts, ImmutableArray<Fate> Machines)
{
    /// <param name="down">Components of the layout.</param>
    public static WhatIf Of(Layout layout, IEnumerable<ComponentId> down)
    {
        var after = new Aftermath(layout, [.. down.Select(layout.IndexOf)]);
        return new(
            [.. after.Wiring.Down.Select(c => layout.Components[c].Id)],
            after.Views.GroupBy(v => v.Situation.Verdict).OrderByDescending(g => g.Count()).ThenBy(g => g.First().Slot).FirstOrDefault()?.Key ?? Verdict.Unknown,
            [.. layout.Facts.Hosts.Select(h => HostFate.Of(after, h))],
            [.. Fates.Of(layout, after).OrderBy(f => f.Machine.Name, StringComparer.Ordinal)]);
    }
}

/// <param name="State">up; down; fenced: it was on, and another host has it switched off.</param>
/// <param name="Verdict">Its own; null: it is off.</param>
public sealed record HostFate(string Name, string State, Verdict? Verdict, IsolationRow? Row)
{
    internal static HostFate Of(Aftermath after, HostFacts host) => after.ViewOf(host.Slot) is { } view
        ? new(host.Name, "up", view.Situation.Verdict, view.Row)
        : new(host.Name, (after.OnBefore & (1UL << host.Slot)) != 0 ? "fenced" : "down", null, null);
}
