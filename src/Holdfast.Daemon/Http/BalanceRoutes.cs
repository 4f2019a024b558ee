using Holdfast.Api;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Http;

/// <summary>Who is short of processors, and what would help: each host knows its own machines.</summary>
internal sealed class BalanceRoutes(HostParts parts)
{
    public void Map(IEndpointRouteBuilder app) => app.MapGet(Routes.Balance, AnswerAsync).Is(Operation.Reads("Who is short of processors, and what would help.", ApiJson.Default.BalanceReport));

    private async Task AnswerAsync(HttpContext context)
    {
        var own = BalanceRows.Own(parts.Agent.Snapshot, parts.Options.Balancing.Settings);
        if (!context.IsLocal())
        {
            var theirs = await parts.Peers.AskAsync(parts.Views.Alive(), (c, t) => c.BalanceAsync(t), context.RequestAborted);
            own = BalanceRows.All(parts.Agent.Snapshot, own, [.. theirs.Select(t => t.Answer)]);
        }

        await context.AnswerAsync(own, ApiJson.Default.BalanceReport);
    }
}
