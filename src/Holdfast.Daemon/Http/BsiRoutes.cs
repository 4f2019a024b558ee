using System.Collections.Immutable;
using Holdfast.Adapters.Linux;
using Holdfast.Api;
using Holdfast.Core.Audit;
using Holdfast.Core.Topology;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Http;

/// <summary>What a program can say of the cluster by the BSI's IT-Grundschutz, and what was last seen at work.</summary>
/// <param name="layout">The cluster's layout, as what-if takes it.</param>
internal sealed class BsiRoutes(HostParts parts, Func<HttpContext, Task<Layout>> layout)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    /// <summary>For reading the events' files; below <see cref="PeerAgents.Patience"/>, so that a host with a slow disk still answers with what it has in memory.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(0.5);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Routes.LatestEvents, LatestAsync).Is(Operation.Reads("The last event of each kind.", ApiJson.Default.ClusterEventArray));
        app.MapGet(Routes.BsiAudit, AuditAsync).Is(Operation.Reads("What a program can say of this cluster by the BSI's IT-Grundschutz.", ApiJson.Default.BsiReport));
    }

    private async Task LatestAsync(HttpContext context) => await context.AnswerAsync([.. (await EventsAsync(context)).SelectMany(h => h.Events)], ApiJson.Default.ClusterEventArray);

    private async Task AuditAsync(HttpContext context)
    {
        var (cluster, told) = (await layout(context), await EventsAsync(context));
        var exercised = told.SelectMany(h => h.Events).GroupBy(e => e.Kind).ToImmutableDictionary(g => g.Key, g => g.MaxBy(e => e.At)!, StringComparer.Ordinal);
        var findings = await SpareWork.RunAsync("the audit", Limit, cancel => BsiAudit.Of(Facts(cluster, exercised, cancel)), context.RequestAborted);
        var silent = context.IsLocal() ? [] : parts.Peers.Hosts.Except(told.Select(h => h.Host)).ToArray();
        await context.AnswerAsync(BsiRows.Of(findings, parts.Options, silent, DateTimeOffset.UtcNow), ApiJson.Default.BsiReport);
    }

    private AuditFacts Facts(Layout cluster, ImmutableDictionary<string, ClusterEvent> exercised, CancellationToken cancel) =>
        new(cluster, new FailureAudit(cluster).Singles(cancel), exercised.ToImmutableDictionary(e => e.Key, e => new Exercise(e.Value.At, e.Value.Host, e.Value.Text), StringComparer.Ordinal))
        {
            At = DateTimeOffset.UtcNow,
            MigrationsEncrypted = parts.Options.MigrationTls,
            ApiOnNetwork = parts.Options.Listen is not null,
            ApiEncrypted = parts.Options.Tls,
            TimingOnly = parts.Options.TimingOnly,
        };

    /// <summary>Of each host that answers, the last event of each kind.</summary>
    private async Task<List<(string Host, ClusterEvent[] Events)>> EventsAsync(HttpContext context)
    {
        var theirs = parts.Peers.AskAsync(context.IsLocal() ? [] : parts.Peers.Hosts, (c, t) => c.LatestEventsAsync(t), context.RequestAborted);
        return [(parts.Options.Host, await OwnAsync()), .. await theirs];
    }

    private async Task<ClusterEvent[]> OwnAsync()
    {
        try
        {
            return await BlockingWork.RunAsync("reading the events", ReadLimit, parts.Events.Latest);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TimeoutException)
        {
            return parts.Events.After(0).Events;
        }
    }
}
