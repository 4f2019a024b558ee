using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Snapshot;

internal sealed class SnapshotListCommand : ClusterCommand
{
    private readonly Argument<string> machine = Inputs.Machine();

    public SnapshotListCommand(Context context)
        : base(context, "list", "List a machine's snapshots as a tree.") => Add(machine);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var report = await client.SnapshotsAsync(parse.GetRequiredValue(machine), cancel);
        Show(parse, report, ApiJson.Readable.SnapshotReport, Write);
        return report.Fault is null ? ExitCode.Done : ExitCode.Degraded;
    }

    private void Write(SnapshotReport report)
    {
        var table = new Table("SNAPSHOT", "TAKEN", "OF", "NOTES");
        foreach (var (line, s) in SnapshotTree.Of(report.Snapshots))
        {
            table.Row(line, s.TakenAt.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture), s.Running ? "running" : "stopped", string.Join(", ", Notes(s)));
        }

        table.Write(Terminal);
        if (report.Mergeable > 0)
        {
            Terminal.Error.WriteLine($"{report.Mergeable} file(s) are named by no snapshot; 'holdfast snapshot compact {report.Machine}' merges them while {report.Machine} is stopped.");
        }

        if (report.Fault is { } fault)
        {
            Terminal.Error.WriteLine(fault);
        }
    }

    private static IEnumerable<string> Notes(SnapshotSummary snapshot)
    {
        if (snapshot.Current)
        {
            yield return "the disks go on from here";
        }

        if (!snapshot.Complete)
        {
            yield return "interrupted";
        }

        if (snapshot.Quiesced)
        {
            yield return "file systems at rest";
        }

        if (snapshot.Old)
        {
            yield return "older than a week: delete it, or make a backup of it";
        }
    }
}
