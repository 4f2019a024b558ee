using System.Collections.Concurrent;
using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Holdfast.Cli.Parsing;
using Holdfast.Cli.Rendering;
using Holdfast.Core.Leases;
using Holdfast.Simulation;

namespace Holdfast.Cli.Commands.Simulate;

/// <summary>Runs whole clusters of the real decision code under faults drawn from a seed; needs no cluster.</summary>
internal sealed class SimulateCommand : Command
{
    private readonly Context context;
    private readonly Option<int> firstSeed = Inputs.NumberOption("--first-seed", 1, 0, int.MaxValue, "The first seed.");
    private readonly Option<int> seeds = Inputs.NumberOption("--seeds", 20, 1, 100_000_000, "How many seeds, each a cluster of its own.");
    private readonly Option<int> hosts = Inputs.NumberOption("--hosts", 5, 2, 10_000, "Hosts; more than 64 (a lease area's slots) are several clusters side by side.");
    private readonly Option<int> machines = Inputs.NumberOption("--vms", 10, 1, 300_000, "Machines, at most 2000 for each cluster.");
    private readonly Option<int> minutes = Inputs.NumberOption("--minutes", 60, 0, 100_000, "Simulated minutes under faults, a seed.");
    private readonly Option<int> jobs = Inputs.NumberOption("--jobs", Environment.ProcessorCount, 1, 512, "Seeds, or clusters of one seed, that run at once, a core each.");
    private readonly Option<bool> balance = new("--balance") { Description = "Have the machines want more and less of their processors, and hosts that are short of them move machines away." };
    private readonly Option<bool> trace = new("--trace") { Description = "Print everything that happens; best with --seeds 1." };
    private readonly Option<string?> weaken = new("--weaken") { Description = "Switch this protection off; the checkers must notice. 'all': try each.", HelpName = "NAME" };

    public SimulateCommand(Context context)
        : base("simulate", "Run clusters of the real decision code under every fault, hundreds of times faster than real time.")
    {
        this.context = context;
        foreach (Option option in (Option[])[firstSeed, seeds, hosts, machines, minutes, jobs, balance, trace, weaken])
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
            return TryAll(parse, cancel);
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
            Balance = parse.GetValue(balance),
            KeepTrace = parse.GetValue(trace),
            Weaken = name,
        };
        var (first, count) = ((ulong)parse.GetValue(firstSeed), parse.GetValue(seeds));
        if (options.Machines > options.Clusters * LeaseTable.MostMachines)
        {
            throw new UsageException($"{options.Hosts} hosts are {options.Clusters} clusters, which hold {options.Clusters * LeaseTable.MostMachines} machines at most.");
        }

        var atOnce = parse.GetValue(jobs);
        var tally = new Tally(first, options);
        var (since, processor) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        using (var line = new Progress(context.Terminal, "simulate"))
        {
            foreach (var result in Results(first, count, atOnce, options, cancel))
            {
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

        return tally.Report(atOnce, since.Elapsed, Environment.CpuUsage.TotalTime - processor);
    }

    /// <summary>In the order of the seeds, however many run at once.</summary>
    private static ParallelQuery<SimulationResult> Results(ulong first, int count, int atOnce, SimulationOptions options, CancellationToken cancel) =>
        Partitioner.Create(Enumerable.Range(0, count), EnumerablePartitionerOptions.NoBuffering)
            .AsParallel().AsOrdered().WithDegreeOfParallelism(Math.Min(atOnce, count)).WithMergeOptions(ParallelMergeOptions.NotBuffered).WithCancellation(cancel)
            .Select(n => Swarm.Run(first + (ulong)n, options, Math.Max(1, atOnce / count)));

    private int TryAll(ParseResult parse, CancellationToken cancel)
    {
        var reports = new List<WeakeningReport>();
        foreach (var name in WeakeningTrial.Names)
        {
            cancel.ThrowIfCancellationRequested();
            using (var line = new Progress(context.Terminal, "weaken"))
            {
                line.Report(name);
                reports.Add(WeakeningReport.Of(WeakeningTrial.Of(name)));
            }

            if (!context.Json(parse))
            {
                context.Terminal.Out.WriteLine(reports[^1]);
                context.Terminal.Out.Flush();
            }
        }

        if (context.Json(parse))
        {
            context.Write(reports.ToArray(), SimulateJson.Default.WeakeningReportArray);
        }

        return reports.Exists(r => r.Seed is null) ? ExitCode.Failed : ExitCode.Done;
    }

    private void Show(SimulateReport report)
    {
        var output = context.Terminal.Out;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Seeds:N0} seeds from {report.FirstSeed}, {report.Hosts} hosts{(report.Clusters > 1 ? $" in {report.Clusters} clusters" : "")} and {report.Machines} machines each: {report.Violations.Length} with a violation"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeSpan.FromSeconds(report.SimulatedSeconds).TotalHours:N1} hours simulated in {report.WallSeconds:N1} s: {report.Speed:N0} times real time, {report.Steps:N0} steps, {report.StepsPerSecond:N0} a second"));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Jobs} at once; {report.CostPerHost * 1e6:N1} us of a core for each host and simulated second; traces {report.Traces}"));
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
