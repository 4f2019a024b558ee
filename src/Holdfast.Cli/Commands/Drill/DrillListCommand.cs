using System.CommandLine;
using Holdfast.Cli.Commands.Drill.Live;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Drill;

internal sealed class DrillListCommand : Command
{
    private readonly Context context;

    public DrillListCommand(Context context)
        : base("list", "The drills, and what each may cost.")
    {
        this.context = context;
        SetAction(Run);
    }

    private int Run(ParseResult parse)
    {
        if (context.Json(parse))
        {
            context.Write([.. Drills.All.Select(d => new DrillSummary(d.Name, d.Title, d.Fate, d.Struck, d.Script, LivePlan.CanBe(d)))], DrillJson.Default.DrillSummaryArray);
            return ExitCode.Done;
        }

        var table = new Table("DRILL", "LIVE", "MAY COST", "WHAT HAPPENS");
        foreach (var drill in Drills.All)
        {
            table.Row(drill.Name, LivePlan.CanBe(drill) ? "yes" : null, Cost(drill), drill.Title);
        }

        table.Write(context.Terminal);
        return ExitCode.Done;
    }

    private static string Cost(Drill drill) => drill.Fate == Fate.Unharmed ? "nothing" : $"{(drill.Struck is { } host ? $"machines on {host.Replace(" ", " and ", StringComparison.Ordinal)}" : "all machines")} {DrillText.Of(drill.Fate)}";
}
