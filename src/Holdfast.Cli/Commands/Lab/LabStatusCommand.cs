using System.CommandLine;
using System.Text.Json;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Lab;

internal sealed class LabStatusCommand(Context context) : LabCommand(context, "status", "Show a lab's hosts, services and faults.")
{
    public static void Show(Context context, ParseResult parse, LabStatus status)
    {
        if (context.Json(parse))
        {
            context.Terminal.Out.WriteLine(JsonSerializer.Serialize(status, LabJson.Default.LabStatus));
            return;
        }

        context.Terminal.Out.WriteLine($"Lab {status.Name}: {(status.Running ? "up" : "down")}, {status.Acceleration}{(status.Supervisor ? "" : ", its power switches are not served")}.");
        var table = new Table("HOST", "POWER", "SERVICES", "ADDRESSES");
        foreach (var host in status.Hosts)
        {
            table.Row(host.Name, host.Power, string.Join(", ", host.Services), string.Join(", ", host.Addresses.Select(a => $"{a.Key} {a.Value}")));
        }

        table.Write(context.Terminal);
        if (status.Console is { } console)
        {
            context.Terminal.Out.WriteLine($"Web console, for a browser on this machine: {console}");
        }

        foreach (var fault in status.Faults)
        {
            context.Terminal.Out.WriteLine($"  ! {fault}");
        }
    }

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        Show(Context, parse, LabCluster.Status(Named(parse)));
        return Task.FromResult(ExitCode.Done);
    }
}
