using System.CommandLine;
using Holdfast.Adapters.Recovery;
using Holdfast.Adapters.SharedDisk;
using Holdfast.Cli.Rendering;
using Holdfast.Core.Recovery;

namespace Holdfast.Cli.Commands.Recover;

/// <summary>For the night after which nothing is left but a datastore: it asks no agent and no etcd, and changes nothing.</summary>
internal sealed class RecoverPlanCommand : Command
{
    private readonly Context context;
    private readonly Argument<string> path = new("path") { Description = "Where the datastore is mounted on this host." };
    private readonly Option<int> look = new("--look") { Description = "Seconds for which a silent host's slot is looked at; hosts with slow storage need more.", HelpName = "SECONDS", DefaultValueFactory = _ => 10 };

    public RecoverPlanCommand(Context context)
        : base("plan", "What to do about each machine of a datastore, in order, when nothing else is left to ask.")
    {
        this.context = context;
        Add(path);
        Add(look);
        SetAction(RunAsync);
    }

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var (place, seconds) = (parse.GetRequiredValue(path), parse.GetValue(look));
        if (seconds is < 1 or > 600)
        {
            throw new UsageException($"'{seconds}' is no time to look for; give --look from 1 to 600 seconds.");
        }

        try
        {
            var (area, machines) = await DatastoreLook.TakeAsync(place, TimeSpan.FromSeconds(seconds)).WaitAsync(cancel);
            Show(parse, Report(place, area, RecoveryPlan.Of(machines)));
            return ExitCode.Done;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or TimeoutException)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static RecoverReport Report(string path, AreaLook area, IEnumerable<RecoveryItem> items) => new(
        path, area.Identity.Cluster.Value, area.Table.Version, [.. area.Renewing.Keys.Order().Select(slot => area.Table.Host(slot)?.Name ?? $"slot {slot}")], [.. area.Unreadable], [.. items]);

    private void Show(ParseResult parse, RecoverReport report)
    {
        if (context.Json(parse))
        {
            context.Write(report, RecoverJson.Default.RecoverReport);
            return;
        }

        var terminal = context.Terminal;
        terminal.Out.WriteLine($"{report.Path}, version {report.Version} of the lease table; {(report.RenewingHosts.Length == 0 ? "no host renews" : $"renewing: {string.Join(", ", report.RenewingHosts)}")}.");
        foreach (var fault in report.Unreadable)
        {
            terminal.Out.WriteLine($"Not read, the table may be newer: {fault}");
        }

        if (report.Machines.Length == 0)
        {
            terminal.Out.WriteLine("No machine is on it.");
            return;
        }

        var table = new Table("MACHINE", "PRIORITY", "LEASE", "NEXT STEP");
        foreach (var machine in report.Machines)
        {
            table.Row(machine.Name, machine.Priority.ToString(System.Globalization.CultureInfo.InvariantCulture), machine.Evidence, machine.Next);
        }

        table.Write(terminal);
    }
}
