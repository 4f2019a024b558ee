using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Daemon.Access;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Intents;

namespace Holdfast.Daemon.Http;

/// <summary>Everything that changes something, and what a migration would come to. What only the owner can do is passed on to its agent.</summary>
internal sealed class ChangeRoutes(HostParts parts)
{
    private const int PassedOnAtMost = 3;

    /// <summary>An order to the agent's core ends within ten minutes, and after the guest's end there is more to do.</summary>
    private const double MostRelocateSeconds = 500;
    private static readonly TimeSpan TableLimit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(Routes.Machines, CreateAsync).Is(Operation.Task(Needs.Admin, "Create a machine.", ApiJson.Default.CreateMachine));
        app.MapPost(Routes.Machines + "/{name}/set", SetAsync).Is(Operation.Task(Needs.Admin, "Change a machine's settings.", ApiJson.Default.SetMachine));
        app.MapPost(Routes.Machines + "/{name}/start", StartAsync).Is(Operation.Task(Needs.Operator, "Start a machine.", ApiJson.Default.StartMachine, optional: true));
        app.MapPost(Routes.Machines + "/{name}/stop", StopAsync).Is(Operation.Task(Needs.Operator, "Have its guest shut down.", ApiJson.Default.StopMachine, optional: true));
        app.MapPost(Routes.Machines + "/{name}/kill", KillAsync).Is(Operation.Task(Needs.Operator, "End a machine at once, like pulling its plug."));
        app.MapPost(Routes.Machines + "/{name}/migrate", MigrateAsync).Is(Operation.Task(Needs.Operator, "Move a running machine to another host.", ApiJson.Default.MigrateMachine, optional: true));
        app.MapGet(Routes.Machines + "/{name}/preflight", PreflightAsync).Is(Operation.Reads(
            "What a migration would come to.", ApiJson.Default.MigrationPreflight, new Parameter("host", "The target; the cluster chooses without it."), new Parameter("maxDowntimeMs", "1 to 10000.", "integer")));
        app.MapPost(Routes.Machines + "/{name}/cancel-migration", CancelMigrationAsync).Is(Operation.Task(Needs.Operator, "End a migration; the machine runs on where it is."));
        app.MapPost(Routes.Machines + "/{name}/relocate", RelocateAsync).Is(Operation.Task(Needs.Operator, "Have its guest shut down, and start it on another host.", ApiJson.Default.RelocateMachine, optional: true));
        app.MapDelete(Routes.Machines + "/{name}", DeleteAsync).Is(Operation.Task(Needs.Admin, "Delete a stopped machine and its disks."));
        app.MapPost(Routes.Datastores, AddDatastoreAsync).Is(Operation.Task(Needs.Admin, "Add a datastore.", ApiJson.Default.AddDatastore));
    }

    private async Task CreateAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.CreateMachine);
        context.Audited($"'{request.Name}'");
        var (store, image) = await parts.Creation.CheckAsync(request, context.RequestAborted);
        await context.AcceptedAsync(parts.Tasks.Begin("create", request.Name, task => parts.Creation.RunAsync(request, store, image, task)));
    }

    private async Task SetAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.SetMachine);
        var row = await parts.Views.MachineAsync(context.Name(), local: false, context.RequestAborted);
        MachineRequests.Check(row.Name, request);
        await context.AcceptedAsync(parts.Tasks.Begin("set", row.Name, task => parts.Settings.SetAsync(row.Id, request, task)));
    }

    private async Task StartAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.StartMachine, new StartMachine());
        if (request.Host is { } host && parts.Options.Hosts.All(h => h.Name != host))
        {
            throw MachineCreation.UnknownHost(parts.Options, host);
        }

        var row = await parts.Views.MachineAsync(context.Name(), local: false, context.RequestAborted);
        if (row.Host is null)
        {
            Room.Check(row.Name, row.MemoryMiB, parts.Agent.Snapshot, request.Host);
        }

        await context.AcceptedAsync(parts.Tasks.Begin("start", row.Name, task => parts.Orders.StartAsync(row.Name, request.Host, task)));
    }

    private async Task StopAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.StopMachine, new StopMachine());
        var limit = ShutDownLimit(request.TimeoutSeconds, most: 86_400);
        var row = await parts.Views.MachineAsync(context.Name(), local: false, context.RequestAborted);
        await context.AcceptedAsync(parts.Tasks.Begin("stop", row.Name, task => parts.Orders.StopAsync(row, limit, task)));
    }

    private async Task KillAsync(HttpContext context)
    {
        var row = await SeenAsync(context);
        if (row.Host is null)
        {
            throw new ApiException(ErrorCode.Conflict, $"{row.Name} does not run; there is nothing to kill.");
        }

        if (!await PassedOnAsync(context, row))
        {
            await context.AcceptedAsync(parts.Tasks.Begin("kill", row.Name, task => parts.Orders.KillAsync(row, task)));
        }
    }

    private async Task MigrateAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.MigrateMachine, new MigrateMachine());
        var pause = MachineOrders.Pause(request.MaxDowntimeMs);
        context.Audited(request.Host is null ? "to any host" : $"to {request.Host}");
        if (await ToMigrateAsync(context, request.Host) is { } row)
        {
            await context.AcceptedAsync(parts.Tasks.Begin("migrate", row.Name, task => parts.Orders.MigrateAsync(row, request.Host, pause, task)));
        }
    }

    private async Task PreflightAsync(HttpContext context)
    {
        var host = context.Request.Query["host"] is [{ Length: > 0 } name, ..] ? name : null;
        var pause = MachineOrders.Pause(context.Request.Query["maxDowntimeMs"] is [{ Length: > 0 } ms, ..] ? int.TryParse(ms, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) ? asked : 0 : null);
        if (await ToMigrateAsync(context, host) is { } row)
        {
            await context.AnswerAsync(await parts.Orders.PreflightAsync(row, host, pause), ApiJson.Default.MigrationPreflight);
        }
    }

    /// <summary>The machine, which is to be migrated from here; null: the request was passed on to its host.</summary>
    private async Task<MachineDetail?> ToMigrateAsync(HttpContext context, string? target)
    {
        parts.Orders.CheckKnown(target);
        var row = await SeenAsync(context);
        if (row.Host is null)
        {
            throw new ApiException(ErrorCode.Conflict, $"{row.Name} does not run, so there is nothing to migrate; start it with 'holdfast vm start {row.Name}'.");
        }

        if (await PassedOnAsync(context, row))
        {
            return null;
        }

        parts.Orders.CheckElsewhere(row, target);
        return row;
    }

    private async Task CancelMigrationAsync(HttpContext context)
    {
        var row = await SeenAsync(context);
        if (row.Host is null)
        {
            throw new ApiException(ErrorCode.Conflict, $"{row.Name} does not run, so there is no migration to cancel.");
        }

        if (!await PassedOnAsync(context, row))
        {
            await context.AcceptedAsync(parts.Tasks.Begin("cancel-migration", row.Name, task => parts.Orders.CancelMigrationAsync(row, task)));
        }
    }

    private async Task RelocateAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.RelocateMachine, new RelocateMachine());
        var limit = ShutDownLimit(request.TimeoutSeconds, MostRelocateSeconds);
        parts.Orders.CheckKnown(request.Host);
        var row = await SeenAsync(context);
        if (row.Host is null)
        {
            throw new ApiException(
                ErrorCode.Conflict, $"{row.Name} does not run, and a stopped machine has no place; 'holdfast vm start {row.Name}{(request.Host is { } host ? $" --on {host}" : "")}' starts it{(request.Host is null ? "" : " there")}.");
        }

        if (!await PassedOnAsync(context, row))
        {
            parts.Orders.CheckElsewhere(row, request.Host);
            await context.AcceptedAsync(parts.Tasks.Begin("relocate", row.Name, task => parts.Orders.RelocateAsync(row, request.Host, limit, task)));
        }
    }

    private async Task DeleteAsync(HttpContext context)
    {
        var row = await parts.Views.MachineAsync(context.Name(), local: false, context.RequestAborted);
        if (row.Host is { } host)
        {
            throw new ApiException(ErrorCode.Conflict, $"{row.Name} runs on {host}; stop it first with 'holdfast vm stop {row.Name}'.");
        }

        if (row.Desired == DesiredState.Run && row.Epoch > 0)
        {
            throw new ApiException(ErrorCode.Conflict, $"{row.Name} is wanted running; stop it first with 'holdfast vm stop {row.Name}'.");
        }

        await context.AcceptedAsync(parts.Tasks.Begin("delete", row.Name, task => parts.Orders.DeleteAsync(row, task)));
    }

    private async Task AddDatastoreAsync(HttpContext context)
    {
        var request = await context.BodyAsync(ApiJson.Default.AddDatastore);
        context.Audited($"'{request.Name}' at {request.Path}");
        await parts.Addition.CheckAsync(request, context.RequestAborted);
        await context.AcceptedAsync(parts.Tasks.Begin("add-datastore", null, task => parts.Addition.RunAsync(request, task)));
    }

    private static TimeSpan? ShutDownLimit(double? seconds, double most) => seconds is not { } given ? null
        : given > 0 && given <= most ? TimeSpan.FromSeconds(given)
        : throw new ApiException(ErrorCode.Usage, $"{given} s is no time for this shutdown; give more than 0 and at most {most}.");

    private async Task<MachineDetail> SeenAsync(HttpContext context)
    {
        var row = await parts.Views.MachineAsync(context.Name(), context.IsLocal(), context.RequestAborted);

        // Another agent says that the machine is here: after a move the table here may show it a moment later.
        for (var since = Stopwatch.GetTimestamp(); context.TimesPassedOn() > 0 && row.Host != parts.Options.Host && Stopwatch.GetElapsedTime(since) < TableLimit;)
        {
            await Task.Delay(Look, context.RequestAborted);
            row = await parts.Views.MachineAsync(context.Name(), local: true, context.RequestAborted);
        }

        return row;
    }

    private async Task<bool> PassedOnAsync(HttpContext context, MachineDetail row)
    {
        // The machine may have moved on while the request was on its way: whoever gets it sends it after the machine.
        if (row.Host == parts.Options.Host || context.TimesPassedOn() >= PassedOnAtMost)
        {
            return false;
        }

        await parts.Peers.ForwardAsync(context, row.Host!, context.RequestAborted);
        return true;
    }
}
