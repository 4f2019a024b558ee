using System.Globalization;
using Holdfast.Cli.Rendering;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>How a drill's report looks to people.</summary>
internal static class DrillText
{
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

    public static void Write(Terminal terminal, DrillReport report)
    {
        terminal.Out.WriteLine(report.Host is { } host ? $"{report.Title} (Here: {host}. What the machines did is the agents' word; nobody looked from outside.)" : report.Title);
        var table = new Table("MACHINE", "EXPECTED", "WHERE", "STOPPED", "RESTARTED", "OUTAGE", "LONGEST SILENCE", "RAN TWICE", "AS EXPECTED");
        foreach (var m in report.Machines)
        {
            table.Row(m.Name, Of(m.Expected), m.From == m.To ? m.From : $"{m.From} → {m.To ?? "nowhere"}", YesNo(m.Stopped), Restarts(m), $"{S(m.OutageSeconds)}", S(m.LongestSilenceSeconds), report.Host is null ? YesNo(m.RanTwice) : null, m.Wrong ?? "yes");
        }

        table.Write(terminal);
        foreach (var line in Lines(report))
        {
            terminal.Out.WriteLine(line);
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

    public static string S(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s");
}
