using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Commands.Lab;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Drill;

internal sealed class DrillRunCommand : LabCommand
{
    private readonly Argument<string> drill = new("drill") { Description = "Its name, as 'drill list' shows it." };

    public DrillRunCommand(Context context)
        : base(context, "run", "Break something in the lab, watch its machines from outside, heal it: exit code 0 when all was as expected.") => Add(drill);

    protected override async Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var name = parse.GetRequiredValue(drill);
        var found = Drills.Find(name) ?? throw new UsageException($"No drill is named '{name}'; there is {string.Join(", ", Drills.All.Select(d => d.Name))}.");
        using var progress = new Progress(Terminal, $"drill {name}");
        var report = await new DrillRun(new DrillLab(Named(parse)), found, progress).RunAsync(cancel);
        if (Context.Json(parse))
        {
            Context.Write(report, DrillJson.Default.DrillReport);
        }
        else
        {
            progress.Dispose();
            Write(report);
        }

        return report.Met ? ExitCode.Done : ExitCode.Failed;
    }

    public static string Of(Fate fate) => fate switch
    {
        Fate.Unharmed => "unharmed",
        Fate.Slowed => "slowed down",
        Fate.StartedAnew => "started anew there",
        Fate.Moved => "moved live",
        Fate.Paused => "paused",
        Fate.Restarted => "restarted once",
        Fate.Released => "shut down and started once more",
        _ => "restarted once, by time",
    };

    private void Write(DrillReport report)
    {
        Terminal.Out.WriteLine(report.Title);
        var table = new Table("MACHINE", "EXPECTED", "WHERE", "STOPPED", "RESTARTED", "OUTAGE", "LONGEST SILENCE", "RAN TWICE", "AS EXPECTED");
        foreach (var m in report.Machines)
        {
            table.Row(m.Name, Of(m.Expected), m.From == m.To ? m.From : $"{m.From} → {m.To ?? "nowhere"}", YesNo(m.Stopped), Restarts(m), $"{S(m.OutageSeconds)}", S(m.LongestSilenceSeconds), YesNo(m.RanTwice), m.Wrong ?? "yes");
        }

        table.Write(Terminal);
        foreach (var line in Lines(report))
        {
            Terminal.Out.WriteLine(line);
        }
    }

    private static IEnumerable<string> Lines(DrillReport report)
    {
        foreach (var sign in report.Signs)
        {
            yield return sign.Seconds is { } s ? $"{sign.What}: seen within {S(s)}" : $"{sign.What}: NOT SEEN; {sign.Instead}";
        }

        foreach (var harm in report.Harm)
        {
            yield return $"must not be: {harm}";
        }

        yield return $"The fault lasted {S(report.HeldSeconds)}; {(report.WholeAgainSeconds is { } whole ? $"whole again {S(whole)} after it" : $"NOT WHOLE again: {report.NotWhole}")}.";
        yield return report.Met ? "All was as expected." : "Not all was as expected.";
    }

    private static string Restarts(DrillMachine m) =>
        m.RestartSeconds is { } after ? $"{m.Restarted}, after {S(after)}{(m.BoundSeconds is { } bound ? $" of at most {S(bound)}" : "")}" : m.Restarted.ToString(CultureInfo.InvariantCulture);

    private static string YesNo(bool value) => value ? "yes" : "no";

    private static string S(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");
}
