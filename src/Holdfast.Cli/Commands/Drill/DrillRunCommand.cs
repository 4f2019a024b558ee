using System.CommandLine;
using Holdfast.Cli.Commands.Lab;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill;

internal sealed class DrillRunCommand : LabCommand
{
    private readonly Argument<string> drill = new("drill") { Description = "Its name, as 'drill list' shows it." };

    public DrillRunCommand(Context context)
        : base(context, "run", "Break something in the lab, watch its machines from outside, heal it: exit code 0 when all was as expected.") => Add(drill);

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var name = parse.GetRequiredValue(drill);
        var found = Drills.Named(name);
        using var progress = new Progress(Terminal, $"drill {name}");
        var report = await new DrillRun(new DrillLab(Named(parse)), found, progress).RunAsync(cancel);
        new DrillRecords(LabCluster.DrillReports(Named(parse))).Add(report);
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
