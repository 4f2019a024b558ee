using System.Globalization;
using Holdfast.Simulation;

namespace Holdfast.Cli.Commands.Simulate;

/// <summary>Adds up the seeds of one call.</summary>
internal sealed class Tally(ulong first, SimulationOptions options)
{
    private readonly SortedDictionary<string, long> faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> events = new(StringComparer.Ordinal);
    private readonly List<BrokenRule> broken = [];
    private TimeSpan simulated;
    private long steps;
    private ulong traces;

    public int Seeds { get; private set; }

    public void Add(SimulationResult result)
    {
        Seeds++;
        simulated += result.Simulated;
        steps += result.Steps;
        traces = (traces * 31) + result.Hash;
        Add(faults, result.Faults);
        Add(events, result.Events);
        if (result.Violations is [var violation, ..])
        {
            broken.Add(new(result.Seed, violation.At.TotalSeconds, violation.Rule, violation.What, Replay(result.Seed)));
        }
    }

    public string Line(int count, TimeSpan wall) => string.Create(
        CultureInfo.InvariantCulture, $"{Seeds:N0} of {count:N0} seeds, {simulated.TotalHours:N1} h, {simulated / wall:N0} times real time, {broken.Count} with a violation{(broken is [.., var last] ? $", the last one seed {last.Seed}" : "")}");

    /// <param name="processor">Time of all cores that the runs have taken.</param>
    public SimulateReport Report(int jobs, TimeSpan wall, TimeSpan processor) => new(
        first, Seeds, options.Hosts, options.Clusters, options.Machines, jobs, simulated.TotalSeconds, wall.TotalSeconds, simulated / wall, steps, steps / wall.TotalSeconds,
        processor / simulated / options.Hosts, traces.ToString("x16", CultureInfo.InvariantCulture), faults, events, [.. broken]);

    private string Replay(ulong seed) => string.Create(
        CultureInfo.InvariantCulture,
        $"holdfast simulate --first-seed {seed} --seeds 1 --hosts {options.Hosts} --vms {options.Machines} --minutes {options.Duration.TotalMinutes:0}{(options.Balance ? " --balance" : "")}{(options.Weaken is { } name ? $" --weaken {name}" : "")} --trace");

    private static void Add(SortedDictionary<string, long> sums, IReadOnlyDictionary<string, long> counts)
    {
        foreach (var (name, count) in counts)
        {
            sums[name] = sums.GetValueOrDefault(name) + count;
        }
    }
}
