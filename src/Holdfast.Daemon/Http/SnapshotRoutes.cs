using Holdfast.Api;
using Holdfast.Core.Storage;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Intents;

namespace Holdfast.Daemon.Http;

/// <summary>Snapshots of machines. What changes a running one is passed on to its host; a stopped one's files are changed by the host that is asked.</summary>
internal sealed class SnapshotRoutes(HostParts parts)
{
    private const int PassedOnAtMost = 3;
    private readonly MachineDisks disks = new(parts.Agent, parts.Intent);

    public void Map(IEndpointRouteBuilder app)
    {
        const string All = Routes.Machines + "/{name}/snapshots";
        app.MapGet(All, ReportAsync).Is(Operation.Reads("A machine's snapshots, and the files that its disks consist of.", ApiJson.Default.SnapshotReport));
        app.MapPost(All, CreateAsync).Is(Operation.Task(Needs.Operator, "Take a snapshot of its disks.", ApiJson.Default.CreateSnapshot));
        app.MapPost(All + "/{snapshot}/revert", context => OrderAsync(context, "revert", new RevertToSnapshot(Snapshot(context))))
            .Is(Operation.Task(Needs.Admin, "Put a stopped machine's disks back to a snapshot; what was written since is gone."));
        app.MapDelete(All + "/{snapshot}", context => OrderAsync(context, "delete-snapshot", new DeleteSnapshot(Snapshot(context)))).Is(Operation.Task(Needs.Admin, "Delete a snapshot."));
        app.MapPost(Routes.Machines + "/{name}/compact", context => OrderAsync(context, "compact", new CompactDisks())).Is(Operation.Task(Needs.Operator, "Merge files of a stopped machine that no snapshot needs."));
    }

    private static string Snapshot(HttpContext context) => (string)context.Request.RouteValues["snapshot"]!;

    private async Task ReportAsync(HttpContext context)
    {
        var row = await parts.Views.MachineAsync(context.Name(), context.IsLocal(), context.RequestAborted);
        await context.AnswerAsync(await disks.ReportAsync(row), ApiJson.Default.SnapshotReport);
    }

    private async Task CreateAsync(HttpContext context)
    {
        // First: a body is passed on only when it has been read.
        var request = await context.BodyAsync(ApiJson.Default.CreateSnapshot);
        context.Audited($"'{request.Name}'");
        if (SnapshotRules.BadName(request.Name) is { } bad)
        {
            throw new ApiException(ErrorCode.Usage, bad);
        }

        await OrderAsync(context, "snapshot", new TakeSnapshot(request.Name, request.Quiesce));
    }

    private async Task OrderAsync(HttpContext context, string kind, DiskWork work)
    {
        var row = await parts.Views.MachineAsync(context.Name(), context.IsLocal(), context.RequestAborted);
        if (!await PassedOnAsync(context, row))
        {
            await context.AcceptedAsync(parts.Tasks.Begin(kind, row.Name, task => disks.WorkAsync(row, work, task)));
        }
    }

    private async Task<bool> PassedOnAsync(HttpContext context, MachineDetail row)
    {
        if (row.Host is not { } owner || owner == parts.Options.Host || context.TimesPassedOn() >= PassedOnAtMost)
        {
            return false;
        }

        await parts.Peers.ForwardAsync(context, owner, context.RequestAborted);
        return true;
    }
}
