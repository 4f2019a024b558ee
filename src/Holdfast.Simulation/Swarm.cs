using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;
using Holdfast.Simulation.Nemesis;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation;

/// <summary>One run: a cluster, or several side by side, is set up in peace, lives under faults (safety), and then must come right when they are over (liveness).</summary>
public static class Swarm
{
    private static readonly TimeSpan SetUp = TimeSpan.FromSeconds(40);

    /// <summary>More than the longest wait of the protocol: a proof by time, a start's deadline, the minute in which a host leaves a machine to others, and again.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(240);

    /// <summary>An order needs a ballot, and a host that was just restarted waits for the store's drain before its first one.</summary>
    private static readonly TimeSpan Proof = TimeSpan.FromSeconds(30);

    /// <summary>After this another misfortune is drawn: one that kept the hosts down would make the rest of a long run worth nothing.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private static readonly double[] Intensities = [0.5, 1, 1, 3];

    public static SimulationResult Run(ulong seed, SimulationOptions options)
    {
        var timeline = new Timeline();
        var clusters = Enumerable.Range(0, options.Clusters).Select(n => new SimulatedCluster(Draw(seed, options, n), timeline)).ToArray();
        foreach (var cluster in clusters)
        {
            Begin(cluster);
        }

        timeline.RunUntil(SetUp);
        var misfortunes = new List<Misfortune>();
        for (var end = SetUp; end < SetUp + options.Duration && !clusters.Any(IsBroken);)
        {
            end = end + Period < SetUp + options.Duration ? end + Period : SetUp + options.Duration;
            misfortunes.AddRange(Suffer(timeline, clusters, end));
        }

        RunUntil(timeline, clusters, SetUp + options.Duration + Recovery);
        foreach (var host in clusters.SelectMany(c => c.Hosts))
        {
            OrderSomething(host);
        }

        RunUntil(timeline, clusters, SetUp + options.Duration + Recovery + Proof);
        foreach (var checker in clusters.Any(IsBroken) ? [] : clusters.SelectMany(c => c.Checkers))
        {
            checker.Finally();
        }

        return new(
            seed, timeline.Now, timeline.Steps, Sum(misfortunes.Select(m => m.Struck)), Sum(clusters.Select(c => c.Counts)), [.. clusters.SelectMany(c => c.Violations)],
            clusters.Aggregate(0UL, (hash, cluster) => (hash * 31) + cluster.Hash), [.. clusters.SelectMany(c => c.TraceLines).OrderBy(line => line[..SimulatedCluster.TimeWidth], StringComparer.Ordinal)]);
    }

    /// <summary>Every cluster has a misfortune of its own until then.</summary>
    private static Misfortune[] Suffer(Timeline timeline, SimulatedCluster[] clusters, TimeSpan end)
    {
        var misfortunes = clusters.Select(c => new Misfortune(c, intensity: c.Dice.Any(Intensities))).ToArray();
        Array.ForEach(misfortunes, m => m.Begin());
        Array.ForEach(clusters, c => c.Troubled = true);
        RunUntil(timeline, clusters, end);
        Array.ForEach(misfortunes, m => m.End());
        Array.ForEach(clusters, c => c.Troubled = false);
        return misfortunes;
    }

    private static bool IsBroken(SimulatedCluster cluster) => cluster.Violations.Count > 0;

    /// <summary>After a broken rule nothing that follows means anything.</summary>
    private static void RunUntil(Timeline timeline, SimulatedCluster[] clusters, TimeSpan end)
    {
        while (timeline.Now < end && !clusters.Any(IsBroken))
        {
            timeline.RunUntil(timeline.Now + TimeSpan.FromSeconds(5));
        }
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

    /// <summary>What runs needs no commit, so a lease table that this host cannot change any more shows only when somebody tries; the order changes nothing.</summary>
    private static void OrderSomething(SimulatedHost host)
    {
        if (host.Agent is { } agent)
        {
            foreach (var entry in agent.Core.Tables.SelectMany(t => t.Table.Machines.Values.Take(1)).ToArray())
            {
                agent.Order(new WantMachine(entry.Machine.Value, entry.Wanted == WantedState.Run), _ => { });
            }
        }
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
        return weakening.In(new ClusterOptions(seed)
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
            KeepTrace = options.KeepTrace,
            Weakening = weakening,
        });
    }

    private static void Begin(SimulatedCluster cluster)
    {
        foreach (var host in cluster.Hosts)
        {
            host.PowerOn();
        }

        for (var number = 1; number <= cluster.Options.Machines; number++)
        {
            var definition = cluster.MakeMachine(number, cluster.Stores[number % cluster.Stores.Length]);
            Add(cluster, new AddMachine(definition, true), cluster.Hosts[number % cluster.Hosts.Length], TimeSpan.FromSeconds(10));
        }
    }

    /// <summary>Asks again until it is done; an answer that was lost shows as "exists already".</summary>
    private static void Add(SimulatedCluster cluster, AddMachine order, SimulatedHost host, TimeSpan wait) => cluster.Timeline.After(wait, () =>
    {
        if (host.Agent is not { } agent)
        {
            Add(cluster, order, host, TimeSpan.FromSeconds(1));
            return;
        }

        agent.Order(order, refusal =>
        {
            if (refusal is not null && !refusal.Contains("already", StringComparison.Ordinal))
            {
                Add(cluster, order, host, TimeSpan.FromSeconds(1));
            }
        });
    });
}
