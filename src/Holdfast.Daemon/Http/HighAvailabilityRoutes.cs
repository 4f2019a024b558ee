using Holdfast.Api;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Http;

/// <summary>Disarm and arm: each host for itself, because the network that would carry a common decision may be the one that is worked on.</summary>
internal sealed class HighAvailabilityRoutes(HostParts parts)
{
    public void Map(IEndpointRouteBuilder app) => app.MapPost(Routes.HighAvailability, SetAsync)
        .Is(new(Needs.Admin, "Disarm every host for a planned work on the network, or arm them again.") { Body = ApiJson.Default.HighAvailabilityRequest, Answer = ApiJson.Default.HighAvailabilityReport });

    private async Task SetAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.HighAvailabilityRequest);
        if (request.DisarmSeconds is { } seconds && !(seconds >= ArmBook.Least.TotalSeconds && seconds <= ArmBook.Most.TotalSeconds))
        {
            throw new ApiException(ErrorCode.Usage, $"{seconds} s is no time to be disarmed for; give from {ArmBook.Least.TotalMinutes:0} minute to {ArmBook.Most.TotalHours:0} hours.");
        }

        if (string.IsNullOrWhiteSpace(request.Why) || string.IsNullOrWhiteSpace(request.Who))
        {
            throw new ApiException(ErrorCode.Usage, "Who asks, and why, is kept as an event; give both.");
        }

        context.Audited($"{(request.DisarmSeconds is { } span ? $"disarm for {span:0} s" : "arm")}, {request.Who.Trim()}: {request.Why.Trim()}");
        parts.Arm.Set(request.DisarmSeconds is { } time ? TimeSpan.FromSeconds(time) : null, $"{request.Who.Trim()}: {request.Why.Trim()}");
        List<string> done = [parts.Options.Host];
        if (!context.IsLocal())
        {
            done.AddRange((await parts.Peers.AskAsync(parts.Peers.Hosts, (c, t) => c.HighAvailabilityAsync(request, t), context.RequestAborted)).Select(a => a.Host));
        }

        string[] missed = context.IsLocal() ? [] : [.. parts.Options.Hosts.Select(h => h.Name).Except(done).Order(StringComparer.Ordinal)];
        await context.AnswerAsync(new HighAvailabilityReport([.. done.Order(StringComparer.Ordinal)], missed), ApiJson.Default.HighAvailabilityReport);
    }
}
