using Holdfast.Adapters.Linux;
using Holdfast.Api;
using Holdfast.Core.Topology;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Http;

/// <summary>What the cluster consists of, and what it would come to without parts of it. Nothing is touched by these.</summary>
internal sealed class WhatIfRoutes(HostParts parts)
{
    /// <summary>A pair of a cluster of 64 hosts takes some milliseconds.</summary>
    internal const int MostPairs = 10_000;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Routes.Topology, TopologyAsync).Is(Operation.Reads("What the cluster consists of, and how each thing is known.", ApiJson.Default.TopologyReport));
        app.MapGet(Routes.Sight, c => c.AnswerAsync(SightRows.Of(parts.Sights.Own, parts.Options.Host), ApiJson.Default.SightReport))
            .Is(Operation.Reads("What this host sees of its own links and mounts.", ApiJson.Default.SightReport));
        app.MapGet(Routes.WhatIf, WhatIfAsync).Is(Operation.Reads("What becomes of hosts and machines without some components.", ApiJson.Default.WhatIfReport, new Parameter("down", "The components, as in switch:sw1,host:h2.")));
        app.MapGet(Routes.SinglePoints, SinglePointsAsync).Is(Operation.Reads(
            "What each single failure costs.", ApiJson.Default.SinglePointReport, new Parameter("pairs", "1: also each pair."), new Parameter("kinds", "Only components of these kinds, as in switch,host.")));
    }

    private async Task TopologyAsync(HttpContext context)
    {
        var layout = await LayoutAsync(context);
        await context.AnswerAsync(WhatIfRows.Of(layout, parts.Options.Host, File.Exists(parts.Options.TopologyFile) ? parts.Options.TopologyFile : null), ApiJson.Default.TopologyReport);
    }

    private async Task WhatIfAsync(HttpContext context)
    {
        var layout = await LayoutAsync(context);
        var (failed, refusal) = layout.Find(List(context, "down"));
        Usage(refusal);
        var what = await SpareWork.RunAsync("the what-if", Limit, _ => WhatIf.Of(layout, failed), context.RequestAborted);
        await context.AnswerAsync(WhatIfRows.Of(layout, what, failed, parts.Options.Host), ApiJson.Default.WhatIfReport);
    }

    private async Task SinglePointsAsync(HttpContext context)
    {
        var (layout, pairs) = (await AuditedAsync(context), context.Request.Query["pairs"] == "1");
        var kinds = List(context, "kinds");
        Usage(kinds.FirstOrDefault(k => ComponentId.Parse($"{k}:x") is null) is { } unknown ? $"'{unknown}' is no kind of component; there are {ComponentId.KindWords}." : null);
        var report = await SpareWork.RunAsync("the audit", Limit, cancel => Audit(layout, kinds, pairs, cancel), context.RequestAborted);
        await context.AnswerAsync(report, ApiJson.Default.SinglePointReport);
    }

    private SinglePointReport Audit(Layout layout, IReadOnlyCollection<string> kinds, bool withPairs, CancellationToken cancel)
    {
        var audit = new FailureAudit(layout);
        var components = audit.Components.Where(c => kinds.Count == 0 || kinds.Contains(c.Kind.ToString(), StringComparer.OrdinalIgnoreCase)).ToList();
        var pairs = (long)components.Count * (components.Count - 1) / 2;
        Usage(withPairs && pairs > MostPairs ? $"{components.Count} components make {pairs} pairs, and at most {MostPairs} are tried at once; name fewer kinds with --kinds (like --kinds switch,host)." : null);
        var singles = audit.Singles(cancel);
        return new()
        {
            Host = parts.Options.Host,
            Machines = layout.Facts.Machines.Length,
            Singles = [.. singles.Where(s => components.Contains(s.Components[0])).Select(WhatIfRows.Of)],
            Pairs = withPairs ? [.. audit.Pairs(components, cancel).Select(WhatIfRows.Of)] : null,
            Traps = [.. Traps.Of(layout, singles).Select(WhatIfRows.Of)],
        };
    }

    /// <summary>The cluster as it is now, with what is declared.</summary>
    private async Task<Layout> LayoutAsync(HttpContext context) => await LayoutAsync(await FactsAsync(context, null));

    /// <summary>With what only an audit wants, as it costs a look into each machine's folder.</summary>
    internal async Task<Layout> AuditedAsync(HttpContext context) => await LayoutAsync(await FactsAsync(context, await SnapshotAges.OfAsync(parts.Agent.Snapshot, parts.Intent.View)));

    private async Task<Layout> LayoutAsync(ClusterFacts facts)
    {
        try
        {
            return Layout.Of(facts, await DeclaredAsync(facts));
        }
        catch (TopologyException e)
        {
            throw new ApiException(ErrorCode.Failed, $"{parts.Options.TopologyFile} of {parts.Options.Host}: {e.Message}", e);
        }
    }

    private async Task<ClusterFacts> FactsAsync(HttpContext context, IReadOnlyDictionary<Guid, SnapshotFacts>? oldest)
    {
        string[] alive = context.IsLocal() ? [] : [.. parts.Views.Alive()];
        var sights = parts.Sights.AskAsync(alive, context.RequestAborted);
        var theirs = await parts.Peers.AskAsync(alive, (c, t) => c.NetworksAsync(t), context.RequestAborted);
        var snapshot = parts.Agent.Snapshot;
        return TopologyFacts.Of(
            snapshot, parts.Intent.View, parts.Options, NetworkRows.Of(snapshot, [.. theirs.Select(t => t.Answer)], parts.Addresses.Answers), await sights,
            DatastoreRows.Of(snapshot, parts.Intent.View, parts.Options.Profile), oldest);
    }

    private async Task<Declaration> DeclaredAsync(ClusterFacts facts)
    {
        var text = await BlockingWork.RunAsync("reading the topology file", TimeSpan.FromSeconds(4), () => File.Exists(parts.Options.TopologyFile) ? File.ReadAllText(parts.Options.TopologyFile) : "{}");
        return Declaration.Parse(text, facts);
    }

    private static string[] List(HttpContext context, string name) => context.Request.Query[name].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void Usage(string? refusal)
    {
        if (refusal is not null)
        {
            throw new ApiException(ErrorCode.Usage, refusal);
        }
    }
}
