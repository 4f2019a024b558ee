using System.CommandLine;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Snapshot;

internal sealed class SnapshotShowCommand : ClusterCommand
{
    private readonly Argument<string> machine = Inputs.Machine();

    public SnapshotShowCommand(Context context)
        : base(context, "show", "Show the files that a machine's disks and snapshots consist of, each looked at.") => Add(machine);

    protected override async Task<int> RunAsync(ParseResult parse, HoldfastClient client, CancellationToken cancel)
    {
        var report = await client.SnapshotsAsync(parse.GetRequiredValue(machine), cancel);
        Show(parse, report, ApiJson.Readable.SnapshotReport, r =>
        {
            var table = new Table("FILE", "FORMAT", "LIES ON", "BYTES", "SUM", "");
            foreach (var f in r.Files)
            {
                table.Row(f.File, f.Format, f.Backing, f.Bytes?.ToString(CultureInfo.InvariantCulture), f.Sum, f.Active ? "written to" : "");
            }

            table.Write(Terminal);
            Terminal.Error.WriteLine(r.Fault ?? $"Every file of {r.Machine} is there and is what it was when it was sealed.");
        });
        return report.Fault is null ? ExitCode.Done : ExitCode.Degraded;
    }
}
