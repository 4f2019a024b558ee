using Holdfast.Core.Agent;
using Holdfast.Core.Timing;
using Holdfast.Simulation.Nemesis;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation;

/// <summary>One run: a cluster is set up in peace, lives under faults (safety), and then must come right when they are over (liveness).</summary>
public static class Swarm
{
    private static readonly TimeSpan SetUp = TimeSpan.FromSeconds(40);

    /// <summary>More than the longest wait of the protocol: a proof by time, a start's deadline, the minute in which a host leaves a machine to others, and again.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(240);

    private static readonly double[] Intensities = [0.5, 1, 1, 3];

    public static SimulationResult Run(ulong seed, SimulationOptions options)
    {
        var cluster = new SimulatedCluster(Draw(seed, options));
        Begin(cluster);
        cluster.Timeline.RunUntil(SetUp);
        var misfortune = new Misfortune(cluster, intensity: cluster.Dice.Any(Intensities));
        misfortune.Begin();
        cluster.Troubled = true;
        RunUntil(cluster, SetUp + options.Duration);
        misfortune.End();
        cluster.Troubled = false;
        RunUntil(cluster, SetUp + options.Duration + Recovery);
        if (cluster.Violations.Count == 0)
        {
            foreach (var checker in cluster.Checkers)
            {
                checker.Finally();
            }
        }

        return new(seed, cluster.Timeline.Now, cluster.Timeline.Steps, misfortune.Struck, cluster.Counts, cluster.Violations, cluster.Hash, cluster.TraceLines);
    }

    /// <summary>After a broken rule nothing that follows means anything.</summary>
    private static void RunUntil(SimulatedCluster cluster, TimeSpan end)
    {
        while (cluster.Timeline.Now < end && cluster.Violations.Count == 0)
        {
            cluster.Timeline.RunUntil(cluster.Timeline.Now + TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>The cluster's own properties are drawn from the seed as well.</summary>
    private static ClusterOptions Draw(ulong seed, SimulationOptions options)
    {
        var dice = new Dice(seed ^ 0x5EED);
        var fast = dice.Chance(0.7);
        var devices = dice.Chance(0.7);
        var harmless = options.Weaken is null && dice.Chance(0.25);
        var weakening = options.Weaken is { } name ? Weakenings.Find(name) : Weakening.None;
        return weakening.In(new ClusterOptions(seed)
        {
            Hosts = options.Hosts,
            Machines = options.Machines,
            Plan = fast ? TimingPlan.Fast : TimingPlan.Standard,
            Drain = TimeSpan.FromSeconds(dice.Chance(0.7) ? 4 : 1 + (dice.Fraction() * 8)),
            HarmlessOnly = harmless,
            Networks = harmless ? 2 + dice.Below(2) : 1 + dice.Below(3),
            FenceDevices = devices,
            FastShot = devices && dice.Chance(0.3),
            FenceCutsPath = devices && dice.Chance(0.3),
            Watchdogs = !devices || dice.Chance(0.8),
            RoomPerHost = Math.Max(2, (options.Machines * (dice.Chance(0.5) ? 3 : 2) / options.Hosts) + 1),
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
