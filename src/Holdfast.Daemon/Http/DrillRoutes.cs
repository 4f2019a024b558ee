using Holdfast.Api;
using Holdfast.Core.Audit;
using Holdfast.Core.Storage;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Http;

/// <summary>Drills that were run: what an audit calls exercised rests on these events.</summary>
internal sealed class DrillRoutes(HostParts parts)
{
    private const int LongestSummary = 500;

    public void Map(IEndpointRouteBuilder app) => app.MapPost(Routes.Drills, DoneAsync)
        .Is(new(Needs.Admin, "A drill is over: it becomes an event of this host.") { Body = ApiJson.Default.DrillDone, Answer = ApiJson.Default.ClusterEvent });

    private async Task DoneAsync(HttpContext context)
    {
        var done = await context.BodyAsync(ApiJson.Default.DrillDone);
        context.Audited($"{done.Name}: {done.Summary}");
        if (!SnapshotRules.IsName(done.Name) || string.IsNullOrWhiteSpace(done.Summary) || done.Summary.Length > LongestSummary)
        {
            throw new ApiException(ErrorCode.Usage, $"A drill has a name of small letters, digits and '-' (at most 40) and a summary of at most {LongestSummary} characters.");
        }

        var kind = Exercise.Drill + done.Name;
        parts.Events.Add(kind, null, done.Summary.Trim(), parts.Options.Host);
        await context.AnswerAsync(parts.Events.After(0).Events.Last(e => e.Kind == kind), ApiJson.Default.ClusterEvent);
    }
}
