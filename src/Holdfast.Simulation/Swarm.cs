using Holdfast.Core.Timing;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation;

/// <summary>One run from one seed: a cluster, or several side by side that share nothing.</summary>
public static class Swarm
{
    /// <param name="atOnce">Clusters that run at once, a core each; the result does not depend on it.</param>
    public static SimulationResult Run(ulong seed, SimulationOptions options, int atOnce = 1)
    {
        var runs = Enumerable.Range(0, options.Clusters)
            .AsParallel().AsOrdered().WithDegreeOfParallelism(atOnce)
            .Select(n => ClusterRun.Of(Draw(seed, options, n), options.Duration))
            .ToArray();
        return new(
            seed, runs.Max(r => r.Simulated), runs.Sum(r => r.Steps), Sum(runs.SelectMany(r => r.Struck)), Sum(runs.Select(r => r.Counts)), [.. runs.SelectMany(r => r.Violations)],
            runs.Aggregate(0UL, (hash, run) => (hash * 31) + run.Hash), [.. runs.SelectMany(r => r.Trace).OrderBy(line => line[..SimulatedCluster.TimeWidth], StringComparer.Ordinal)]);
    }

    private static SortedDictionary<string, long> Sum(IEnumerable<IReadOnlyDictionary<string, long>> parts)
    {
        var sums = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, count) in parts.SelectMany(p => p))
        {
            sums[name] = sums.GetValueOrDefault(name) + count;
        }

        return sums;
    }

    /// <summary>The share of cluster <paramref name="number"/> of <paramref name="all"/>.</summary>
    private static int Share(int all, int clusters, int number) => (all / clusters) + (number < all % clusters ? 1 : 0);

    /// <summary>The cluster's own properties are drawn from the seed as well.</summary>
    private static ClusterOptions Draw(ulong worldSeed, SimulationOptions options, int number)
    {
        var (hosts, machines) = (Share(options.Hosts, options.Clusters, number), Share(options.Machines, options.Clusters, number));
        var seed = worldSeed + ((ulong)number * 0x9E3779B97F4A7C15);
        var dice = new Dice(seed ^ 0x5EED);
        var fast = dice.Chance(0.7);
        var devices = dice.Chance(0.7);
        var harmless = options.Weaken is null && dice.Chance(0.25);
        var weakening = options.Weaken is { } name ? Weakenings.Find(name) : Weakening.None;
        var drawn = new ClusterOptions(seed)
        {
            Prefix = options.Clusters > 1 ? $"c{number + 1}-" : "",
            Hosts = hosts,
            Machines = machines,
            Plan = fast ? TimingPlan.Fast : TimingPlan.Standard,
            Drain = TimeSpan.FromSeconds(dice.Chance(0.7) ? 4 : 1 + (dice.Fraction() * 8)),
            HarmlessOnly = harmless,
            Networks = harmless ? 2 + dice.Below(2) : 1 + dice.Below(3),
            FenceDevices = devices,
            FastShot = devices && dice.Chance(0.3),
            FenceCutsPath = devices && dice.Chance(0.3),
            Watchdogs = !devices || dice.Chance(0.8),
            RoomPerHost = Math.Max(2, (machines * (dice.Chance(0.5) ? 3 : 2) / hosts) + 1),
            Mtu = dice.Chance(0.5) ? 9000 : 0,
            MigrationFallback = dice.Chance(0.5),
            MovesAtOnce = dice.Chance(0.3) ? 1 : 2,
            MovesInCluster = dice.Chance(0.3) ? 1 + dice.Below(3) : 8,
            KeepTrace = options.KeepTrace,
            Weakening = weakening,
        };
        return weakening.In(options.Balance ? drawn.Balanced() : drawn);
    }
}
