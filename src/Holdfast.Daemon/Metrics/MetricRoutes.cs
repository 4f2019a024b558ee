using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Http;
using Holdfast.Daemon.Http.Description;
using Prometheus;

namespace Holdfast.Daemon.Metrics;

/// <summary><c>GET /metrics</c>, as Prometheus reads it. What this agent knows already; nothing is asked for it.</summary>
internal sealed class MetricRoutes(HostParts parts)
{
    public void Map(IEndpointRouteBuilder app) => app.MapGet(Routes.Metrics, AnswerAsync).Is(new(Needs.Viewer, "This host's metrics, in Prometheus' text.") { MediaType = "text/plain" });

    /// <param name="alarms">As many as the status names without asking others.</param>
    public static async Task WriteAsync(Stream to, HostSnapshot snapshot, bool quorum, int alarms, LifetimeMetrics lifetime, CancellationToken cancel)
    {
        lifetime.Look(snapshot);
        var now = Prometheus.Metrics.NewCustomRegistry();
        new SnapshotMetrics(Prometheus.Metrics.WithCustomRegistry(now)).Fill(snapshot, quorum, alarms, DescriptionRoutes.Version);
        await now.CollectAndExportAsTextAsync(to, cancel);
        await lifetime.WriteAsync(to, cancel);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var snapshot = parts.Agent.Snapshot;
        using var text = new MemoryStream();
        await WriteAsync(text, snapshot, parts.Intent.Quorum, snapshot.Alarms.Length + parts.Alarms().Count(), parts.Lifetime, context.RequestAborted);
        context.Response.ContentType = PrometheusConstants.TextContentTypeWithVersionAndEncoding;
        context.Response.ContentLength = text.Length;
        text.Position = 0;
        await text.CopyToAsync(context.Response.Body, context.RequestAborted);
    }
}
