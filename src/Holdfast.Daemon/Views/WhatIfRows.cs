using Holdfast.Api;
using Holdfast.Core.Evidence;
using Holdfast.Core.Topology;

namespace Holdfast.Daemon.Views;

/// <summary>Topology, what-if and single points of failure, as the API says them.</summary>
internal static class WhatIfRows
{
    public static TopologyReport Of(Layout layout, string host, string? declared) => new()
    {
        Host = host,
        Declared = declared,
        Components = [.. layout.Components.Select(c => new TopologyComponent(c.Id.ToString(), Word(c.Id.Kind), c.Id.Name, Word(c.Confidence), c.Detail.Length > 0 ? c.Detail : null, c.Source))],
        Edges = [.. layout.Edges.Select(e => new TopologyEdge(e.From.ToString(), e.To.ToString(), e.Role == EdgeRole.OneOf ? "oneOf" : Word(e.Role), Word(e.Confidence), e.Network))],
        Unknown = [.. layout.Facts.Hosts.SelectMany(h => h.Sight == HostSight.Empty ? [$"{h.Name}: it has not said what it sees of its cables"] : h.Sight.Unknown.Select(u => $"{h.Name}: {u}"))],
    };

    public static WhatIfReport Of(Layout layout, WhatIf what, IEnumerable<ComponentId> failed, string host)
    {
        var names = layout.Facts.Hosts.ToDictionary(h => h.Slot, h => h.Name);
        return new()
        {
            Host = host,
            Failed = Words(failed),
            Down = Words(what.Down),
            Verdict = IsolationVerdict.Word(what.Verdict),
            Hosts = [.. what.Hosts.Select(h => new WhatIfHost(h.Name, h.State, h.Verdict is { } verdict ? IsolationVerdict.Word(verdict) : null, h.Row?.Number, h.Row?.Does))],
            Machines = [.. what.Machines.Select(m => new WhatIfMachine(m.Machine.Name, Fate.Word(m.Outcome), m.Host is { } slot ? names[slot] : null, m.Reason.Length > 0 ? m.Reason : null))],
        };
    }

    public static FailureCost Of(Blast blast) => new(Words(blast.Components), blast.Lost, blast.Restarted, blast.Moved, blast.RedundancyLost);

    public static TrapReport Of(Trap trap) => new(trap.Kind, trap.Says, Words(trap.Components));

    private static string[] Words(IEnumerable<ComponentId> components) => [.. components.Select(c => c.ToString())];

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
