using System.Collections.Immutable;
using Holdfast.Core.Model;
using Holdfast.Core.Topology;

namespace Holdfast.Core.Audit;

/// <summary>What the cluster knows of itself, for an audit.</summary>
/// <param name="Singles">What each single failure costs (<see cref="FailureAudit.Singles"/>).</param>
/// <param name="Exercised">By kind, the last event of it on any host; of drills "drill:NAME".</param>
public sealed record AuditFacts(Layout Layout, ImmutableArray<Blast> Singles, ImmutableDictionary<string, Exercise> Exercised)
{
    public required bool MigrationsEncrypted { get; init; }

    /// <summary>When it is asked; an exercise ages.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The agents answer over the cluster network, not on their own host's socket only.</summary>
    public required bool ApiOnNetwork { get; init; }

    /// <summary>What they say there is encrypted, and they prove who they are.</summary>
    public bool ApiEncrypted { get; init; } = true;

    /// <summary>An administrator's word that silence proves death without a watchdog.</summary>
    public required bool TimingOnly { get; init; }

    internal ClusterFacts Cluster => Layout.Facts;

    internal string[] NetworksWith(NetworkRoles role) => [.. Cluster.Networks.Where(n => n.Network.Has(role)).Select(n => n.Name)];

    internal IEnumerable<ComponentId> Components(params ComponentKind[] kinds) => Layout.Components.Select(c => c.Id).Where(c => kinds.Contains(c.Kind));

    internal ImmutableArray<Fate> Without(params IEnumerable<ComponentId> down) => WhatIf.Of(Layout, down).Machines;
}
