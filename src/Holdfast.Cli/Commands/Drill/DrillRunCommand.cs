using System.CommandLine;
using Holdfast.Cli.Commands.Drill.Live;
using Holdfast.Cli.Commands.Lab;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill;

internal sealed class DrillRunCommand : LabCommand
{
    private readonly Argument<string> drill = new("drill") { Description = "Its name, as 'drill list' shows it." };
    private readonly LiveDrill live;

    public DrillRunCommand(Context context)
        : base(context, "run", "Break something in the lab, watch its machines from outside, heal it: exit code 0 when all was as expected. With --live on this host of a live cluster.")
    {
        Add(drill);
        live = new(context, this);
    }

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var found = Drills.Named(parse.GetRequiredValue(drill));
        using var progress = new Progress(Terminal, $"drill {found.Name}");
        return Show(parse, live.Asked(parse) ? await live.RunAsync(parse, found, progress, cancel) : await InLabAsync(parse, found, progress, cancel), progress);
    }

    private async Task<DrillReport> InLabAsync(ParseResult parse, Drill found, Progress progress, CancellationToken cancel)
    {
        var lab = new DrillLab(Named(parse));
        var report = await new DrillRun(lab, found, progress).RunAsync(cancel);
        new DrillRecords(LabCluster.DrillReports(lab.Name)).Add(report);
        using var client = lab.Any();
        await LiveDrill.TellAsync(client, report, progress, cancel);
        return report;
    }

    private int Show(ParseResult parse, DrillReport report, Progress progress)
    {
        if (Context.Json(parse))
        {
            Context.Write(report, DrillJson.Default.DrillReport);
        }
        else
        {
            progress.Dispose();
            DrillText.Write(Terminal, report);
        }

        return report.Met ? ExitCode.Done : ExitCode.Failed;
    }
}
