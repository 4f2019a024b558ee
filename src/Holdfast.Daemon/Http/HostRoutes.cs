using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Intents;

namespace Holdfast.Daemon.Http;

/// <summary>
/// A person's orders about a host. Fencing and a word for a dead host are this agent's own to carry out: it announces, asks the devices, and keeps the proof.
/// Draining is that host's own: it keeps the wish, and its machines are its to give.
/// </summary>
internal sealed class HostRoutes(HostParts parts, ReadRoutes reading)
{
    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(Routes.Hosts + "/{name}/fence", FenceAsync).Is(Operation.Task(Needs.Admin, "Have its fence devices switch it off, alive or not.", ApiJson.Default.HostOrderRequest));
        app.MapPost(Routes.Hosts + "/{name}/confirm-dead", ConfirmDeadAsync)
            .Is(new(Needs.Admin, "A person vouches that it is off: its machines may be taken.") { Body = ApiJson.Default.HostOrderRequest, Answer = ApiJson.Default.HostExplanation });
        app.MapPost(Routes.Hosts + "/{name}/drain", DrainAsync).Is(Operation.Task(Needs.Operator, "Move its machines to others, and give it no more.", ApiJson.Default.HostOrderRequest));
        app.MapPost(Routes.Hosts + "/{name}/resume", ResumeAsync)
            .Is(new(Needs.Operator, "Take a drain back.") { Body = ApiJson.Default.HostOrderRequest, Answer = ApiJson.Default.HostDetail });
    }

    private async Task FenceAsync(HttpContext context)
    {
        var (slot, request) = await AskedAsync(context);
        var name = context.Name();
        await context.AcceptedAsync(parts.Tasks.Begin("fence", null, async task =>
        {
            task.Step("announcing and asking its fence devices");
            Refusals.Throw(Sentence(await parts.Agent.Order(new FenceHost(slot, request.Who, request.Why))), ErrorCode.Conflict);
            return new TaskResult { Host = name };
        }));
    }

    private async Task ConfirmDeadAsync(HttpContext context)
    {
        var (slot, request) = await AskedAsync(context);
        Refusals.Throw(Sentence(await parts.Agent.Order(new ConfirmDead(slot, request.Who, request.Why))), ErrorCode.Conflict);
        await reading.ExplainHostAsync(context);
    }

    private async Task DrainAsync(HttpContext context)
    {
        var (_, request) = await AskedAsync(context);
        if (!await PassedOnAsync(context))
        {
            await context.AcceptedAsync(parts.Tasks.Begin("drain", null, task => parts.Draining.DrainAsync(By(request), task)));
        }
    }

    private async Task ResumeAsync(HttpContext context)
    {
        var (_, request) = await AskedAsync(context);
        if (!await PassedOnAsync(context))
        {
            await parts.Draining.ResumeAsync(By(request));
            await reading.HostAsync(context);
        }
    }

    private static string By(HostOrderRequest request) => $"{request.Who}: {request.Why}";

    private async Task<bool> PassedOnAsync(HttpContext context)
    {
        if (context.Name() == parts.Options.Host)
        {
            return false;
        }

        await parts.Peers.ForwardAsync(context, context.Name(), context.RequestAborted);
        return true;
    }

    private async Task<(int Slot, HostOrderRequest Request)> AskedAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.HostOrderRequest);
        if (string.IsNullOrWhiteSpace(request.Why) || string.IsNullOrWhiteSpace(request.Who))
        {
            throw new ApiException(ErrorCode.Usage, "Who asks, and why, is kept as an event; give both.");
        }

        context.Audited(By(new(request.Who.Trim(), request.Why.Trim())));
        var name = context.Name();
        return parts.Options.Hosts.FirstOrDefault(h => h.Name == name) is { } host
            ? (host.Slot, new(request.Who.Trim(), request.Why.Trim()))
            : throw MachineCreation.UnknownHost(parts.Options, name);
    }

    /// <summary>The core's refusals begin with a name and end without a full stop.</summary>
    private static string? Sentence(string? refusal) => refusal is null ? null : $"{refusal.TrimEnd('.')}.";
}
