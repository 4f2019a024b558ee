using System.CommandLine;
using System.Globalization;
using Holdfast.Cli.Commands.Drill.Live;
using Holdfast.Cli.Commands.Lab;
using Holdfast.Cli.Rendering;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill;

internal sealed class DrillReportCommand : LabCommand
{
    private readonly Argument<string?> drill = new("drill") { Description = "Only this one, in full, every run of it.", Arity = ArgumentArity.ZeroOrOne };

    private readonly Option<bool> live = new("--live") { Description = "Of drills on this host of a live cluster." };
    private readonly Option<string> config = new("--config") { Description = "The configuration of this host's agent, for --live.", HelpName = "FILE", DefaultValueFactory = _ => LiveHost.DefaultPath };

    public DrillReportCommand(Context context)
        : base(context, "report", "What was expected of each drill in this lab, and what happened; one that was never run is unproven. Exit code 3 when a last run was not as expected.")
    {
        Add(drill);
        Add(live);
        Add(config);
    }

    protected override Task<int> RunAsync(ParseResult parse, CancellationToken cancel)
    {
        var only = parse.GetValue(drill) is { } name ? Drills.Named(name) : null;
        var reports = new DrillRecords(parse.GetValue(live) ? LiveHost.Read(parse.GetRequiredValue(config)).Records : LabCluster.DrillReports(Existing(parse))).All();
        return Task.FromResult(only is null ? Overview(parse, DrillProof.Of(reports)) : Runs(parse, only, [.. reports.Where(r => r.Name == only.Name)]));
    }

    /// <exception cref="UsageException">There is no such lab; its drills went with it.</exception>
    private string Existing(ParseResult parse) => Named(parse) is var lab && LabCluster.Names().Contains(lab)
        ? lab
        : throw new UsageException($"There is no lab '{lab}', and reports go with their lab; 'holdfast lab up' starts one.");

    private int Overview(ParseResult parse, DrillProof[] proofs)
    {
        if (Context.Json(parse))
        {
            Context.Write(proofs, DrillJson.Default.DrillProofArray);
        }
        else
        {
            Write(proofs);
        }

        return Result(proofs.Select(p => p.Last));
    }

    private int Runs(ParseResult parse, Drill only, DrillReport[] reports)
    {
        if (Context.Json(parse))
        {
            Context.Write(reports, DrillJson.Default.DrillReportArray);
        }
        else if (reports is [])
        {
            Terminal.Out.WriteLine($"{only.Name} was never run here: what it would show is unproven. 'holdfast drill run {only.Name}' runs it.");
        }

        foreach (var report in Context.Json(parse) ? [] : reports)
        {
            Terminal.Out.WriteLine($"{At(report)} UTC");
            DrillText.Write(Terminal, report);
        }

        return Result([reports.LastOrDefault()]);
    }

    private void Write(DrillProof[] proofs)
    {
        var table = new Table("DRILL", "EXPECTED", "LAST RUN (UTC)", "RUNS", "AS EXPECTED", "OUTAGE", "WHOLE AGAIN");
        foreach (var proof in proofs)
        {
            table.Row(
                proof.Name, DrillText.Of(proof.Fate), proof.Last is { } last ? At(last) : "never", proof.Runs.ToString(CultureInfo.InvariantCulture), Outcome(proof),
                proof.Worst is { } worst ? DrillText.S(worst.OutageSeconds) : null, proof.Last?.WholeAgainSeconds is { } whole ? DrillText.S(whole) : null);
        }

        table.Write(Terminal);
        Terminal.Out.WriteLine(Sum(proofs));
    }

    private static string Outcome(DrillProof proof) => proof switch
    {
        { Last: null } => "unproven",
        { Last.Met: true } => "yes",
        { Worst: { Wrong: { } wrong, Name: var machine } } => $"NO: {machine}: {wrong}",
        _ => "NO",
    };

    private static string Sum(DrillProof[] proofs)
    {
        var (met, unproven) = (proofs.Count(p => p.Last is { Met: true }), proofs.Count(p => p.Last is null));
        return $"Of {proofs.Length} drills, {met} went as expected when last run, {proofs.Length - met - unproven} did not, {unproven} were never run here: what those would show is unproven.";
    }

    private static int Result(IEnumerable<DrillReport?> last) => last.Any(report => report is { Met: false }) ? ExitCode.Degraded : ExitCode.Done;

    private static string At(DrillReport report) => report.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
