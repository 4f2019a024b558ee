using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;
using Holdfast.Simulation;

namespace Holdfast.Cli.Commands.Simulate;

/// <summary>Runs whole clusters of the real decision code under faults drawn from a seed; needs no cluster.</summary>
internal sealed class SimulateCommand : Command
{
    private readonly Context context;
    private readonly Option<int> firstSeed = Inputs.NumberOption("--first-seed", 1, 0, int.MaxValue, "The first seed.");
    private readonly Option<int> seeds = Inputs.NumberOption("--seeds", 20, 1, 100_000_000, "How many seeds, each a cluster of its own.");
    private readonly Option<int> hosts = Inputs.NumberOption("--hosts", 5, 2, 64, "Hosts of each cluster; a lease area has 64 slots.");
    private readonly Option<int> machines = Inputs.NumberOption("--vms", 10, 1, 2_000, "Machines of each cluster.");
    private readonly Option<int> minutes = Inputs.NumberOption("--minutes", 60, 0, 100_000, "Simulated minutes under faults, a seed.");
    private readonly Option<bool> trace = new("--trace") { Description = "Print everything that happens; best with --seeds 1." };
    private readonly Option<string?> weaken = new("--weaken") { Description = "Switch this protection off; the checkers must notice. 'all': try each.", HelpName = "NAME" };

    public SimulateCommand(Context context)
        : base("simulate", "Run clusters of the real decision code under every fault, hundreds of times faster than real time.")
    {
        this.context = context;
        foreach (Option option in (Option[])[firstSeed, seeds, hosts, machines, minutes, trace, weaken])
        {
            Add(option);
        }

        SetAction((parse, cancel) => Task.Run(() => Run(parse, cancel), CancellationToken.None));
    }

    private int Run(ParseResult parse, CancellationToken cancel)
    {
        var name = parse.GetValue(weaken);
        if (name == "all")
        {
            return TryAll(cancel);
        }

        if (name is not null && !WeakeningTrial.Names.Contains(name))
        {
            throw new UsageException($"There is no weakening '{name}'; there are {string.Join(", ", WeakeningTrial.Names)}.");
        }

        var report = RunSeeds(parse, name, cancel);
        if (context.Json(parse))
        {
            context.Write(report, SimulateJson.Default.SimulateReport);
        }
        else
        {
            Show(report);
        }

        return report.Violations.Length == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private SimulateReport RunSeeds(ParseResult parse, string? name, CancellationToken cancel)
    {
        var options = new SimulationOptions
        {
            Hosts = parse.GetValue(hosts),
            Machines = parse.GetValue(machines),
            Duration = TimeSpan.FromMinutes(parse.GetValue(minutes)),
            KeepTrace = parse.GetValue(trace),
            Weaken = name,
        };
        var (first, count) = ((ulong)parse.GetValue(firstSeed), parse.GetValue(seeds));
        var tally = new Tally(first, options);
        var since = Stopwatch.StartNew();
        using (var line = new Progress(context.Terminal, "simulate"))
        {
            for (var seed = first; seed < first + (ulong)count && !cancel.IsCancellationRequested; seed++)
            {
                var result = Swarm.Run(seed, options);
                foreach (var happened in result.Trace)
                {
                    context.Terminal.Out.WriteLine(happened);
                }

                tally.Add(result);
                if (context.Terminal.Live || tally.Seeds % 100 == 0)
                {
                    line.Report(tally.Line(count, since.Elapsed));
                }
            }
        }

        cancel.ThrowIfCancellationRequested();
        return tally.Report(since.Elapsed);
    }

    private int TryAll(CancellationToken cancel)
    {
        var missed = 0;
        foreach (var name in WeakeningTrial.Names)
        {
            cancel.ThrowIfCancellationRequested();
            WeakeningTrial trial;
            using (var line = new Progress(context.Terminal, "weaken"))
            {
                line.Report(name);
                trial = WeakeningTrial.Of(name);
            }

            missed += trial.Seed is null ? 1 : 0;
            context.Terminal.Out.WriteLine(trial.Seed is { } seed
                ? $"{name}: caught by seed {seed} of {trial.Allowed}: {trial.Violation!.Rule}: {trial.Violation.What}"
                : $"{name}: NOT caught within {trial.Allowed} seeds ({trial.What})");
            context.Terminal.Out.Flush();
        }

        return missed == 0 ? ExitCode.Done : ExitCode.Failed;
    }

    private void Show(SimulateReport report)
    {
        var output = context.Terminal.Out;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Seeds:N0} seeds from {report.FirstSeed}, {report.Hosts} hosts and {report.Machines} machines each: {report.Violations.Length} with a violation"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeSpan.FromSeconds(report.SimulatedSeconds).TotalHours:N1} hours simulated in {report.WallSeconds:N1} s: {report.Speed:N0} times real time, {report.Steps:N0} steps, {report.StepsPerSecond:N0} a second"));
        var table = new Table("FAULT", "TIMES");
        foreach (var (fault, times) in report.Faults)
        {
            table.Row(fault, times.ToString(CultureInfo.InvariantCulture));
        }

        foreach (var (happened, times) in report.Events)
        {
            table.Row($"- {happened}", times.ToString(CultureInfo.InvariantCulture));
        }

        table.Write(context.Terminal);
        foreach (var broken in report.Violations)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {broken.Seed} at {broken.At:0.000} s: {broken.Rule}: {broken.What}"));
            output.WriteLine($"    {broken.Replay}");
        }
    }
}
