using Holdfast.Adapters.Libvirt;
using Holdfast.Api;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Http;

/// <summary>Serial consoles: where they are, and what the guest has written.</summary>
internal sealed class ConsoleRoutes(HostParts parts, HostPaths paths)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Routes.Machines + "/{name}/console", PlaceAsync).Is(new(Needs.Operator, "Where its serial console is.") { Answer = ApiJson.Default.ConsolePlace });
        app.MapGet(Routes.Machines + "/{name}/console/log", LogAsync)
            .Is(new(Needs.Operator, "What its guest has written to its serial console.") { MediaType = "application/octet-stream", Query = [new("follow", "1: go on with what comes.")] });
    }

    private async Task PlaceAsync(HttpContext context)
    {
        var row = await parts.Views.MachineAsync(context.Name(), context.IsLocal(), context.RequestAborted);
        var host = row.Host ?? throw new ApiException(ErrorCode.Conflict, $"{row.Name} does not run; its console comes with it ('holdfast vm start {row.Name}').");
        await context.AnswerAsync(new ConsolePlace(row.Name, host, paths.ConsoleSocket(row.Name), paths.SerialLog(row.Name, row.Id)), ApiJson.Default.ConsolePlace);
    }

    private async Task LogAsync(HttpContext context)
    {
        var row = await parts.Views.MachineAsync(context.Name(), context.IsLocal(), context.RequestAborted);
        if (row.Host is { } host && host != parts.Options.Host && !context.IsLocal())
        {
            await parts.Peers.ForwardAsync(context, host, context.RequestAborted);
            return;
        }

        var file = paths.SerialLog(row.Name, row.Id);
        if (!File.Exists(file))
        {
            throw new ApiException(ErrorCode.NotFound, $"{parts.Options.Host} has no console log of {row.Name}; it has not run here since this host's start.");
        }

        await using var log = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        context.Response.ContentType = "application/octet-stream";
        var buffer = new byte[16 << 10];
        while (true)
        {
            for (int n; (n = await log.ReadAsync(buffer, context.RequestAborted)) > 0;)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, n), context.RequestAborted);
            }

            await context.Response.Body.FlushAsync(context.RequestAborted);
            if (context.Request.Query["follow"] != "1" || parts.Stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Look, context.RequestAborted);
            if (log.Length < log.Position)
            {
                log.Position = 0; // QEMU began the file anew
            }
        }
    }
}
