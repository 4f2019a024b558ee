using System.CommandLine;
using Holdfast.Api;
using Holdfast.Cli.Commands.Host;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands;

internal sealed class StatusCommand(Context context) : ClusterCommand(context, "status", "The cluster at a glance; exit code 3 when something needs a person.")
{
    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var status = await client.StatusAsync(cancel);
        if (Context.Connector.Lab(parse) is { } lab)
        {
            // A lab's hosts are not to be reached from here: the lab passes a browser on.
            status = status with { Console = LabCluster.Status(lab).Console ?? status.Console };
        }

        Show(parse, status, ApiJson.Readable.ClusterStatus, Write);
        return status is { Ready: true, Quorum: true, Alarms.Length: 0 } ? ExitCode.Done : ExitCode.Degraded;
    }

    private void Write(ClusterStatus s)
    {
        Terminal.Out.WriteLine($"Cluster {s.Cluster}, seen by {s.Host}: {(s.Ready ? "ready" : $"not ready ({s.Reason})")}, {(s.Quorum ? "quorum" : "no quorum: nothing can be changed, everything runs on")}, {s.Machines} machines.");
        foreach (var alarm in s.Alarms)
        {
            Terminal.Out.WriteLine(Terminal.Red($"  ! {alarm}"));
        }

        HostListCommand.Write(Terminal, s.Hosts);
        if (s.Console is { } console)
        {
            Terminal.Out.WriteLine($"Web console: {console}");
        }
    }
}
