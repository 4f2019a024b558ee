using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.Nemesis;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation;

/// <summary>One cluster is set up in peace, lives under faults (safety), and then must come right when they are over (liveness).</summary>
internal sealed class ClusterRun
{
    private static readonly TimeSpan SetUp = TimeSpan.FromSeconds(40);

    /// <summary>More than the longest wait of the protocol: a proof by time, a start's deadline, the minute in which a host leaves a machine to others, and again.</summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(240);

    /// <summary>An order needs a ballot, and a host that was just restarted waits for the store's drain before its first one.</summary>
    private static readonly TimeSpan Proof = TimeSpan.FromSeconds(30);

    /// <summary>After this another misfortune is drawn: one that kept the hosts down would make the rest of a long run worth nothing.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(10);

    private static readonly double[] Intensities = [0.5, 1, 1, 3];

    private readonly Timeline timeline = new();
    private readonly SimulatedCluster cluster;
    private readonly List<Misfortune> misfortunes = [];

    private ClusterRun(ClusterOptions options) => cluster = new(options, timeline);

    public static ClusterResult Of(ClusterOptions options, TimeSpan duration) => new ClusterRun(options).Run(duration);

    private ClusterResult Run(TimeSpan duration)
    {
        Begin();
        timeline.RunUntil(SetUp);
        var over = SetUp + duration;
        var walk = cluster.Options.LoadChanges is { } every ? new LoadWalk(cluster, every) : null;
        walk?.Begin();
        for (var end = SetUp; end < over && !IsBroken;)
        {
            end = end + Period < over ? end + Period : over;
            Suffer(end);
        }

        walk?.End();
        RunUntil(over + Recovery);
        foreach (var host in cluster.Hosts)
        {
            OrderSomething(host);
        }

        RunUntil(over + Recovery + Proof);
        foreach (var checker in IsBroken ? [] : cluster.Checkers)
        {
            checker.Finally();
        }

        return new(timeline.Now, timeline.Steps, [.. misfortunes.Select(m => m.Struck)], cluster.Counts, cluster.Violations, cluster.Hash, cluster.TraceLines);
    }

    private bool IsBroken => cluster.Violations.Count > 0;

    private void Suffer(TimeSpan end)
    {
        var misfortune = new Misfortune(cluster, intensity: cluster.Dice.Any(Intensities));
        misfortunes.Add(misfortune);
        misfortune.Begin();
        cluster.Troubled = true;
        RunUntil(end);
        misfortune.End();
        cluster.Troubled = false;
    }

    /// <summary>After a broken rule nothing that follows means anything.</summary>
    private void RunUntil(TimeSpan end)
    {
        while (timeline.Now < end && !IsBroken)
        {
            timeline.RunUntil(timeline.Now + TimeSpan.FromSeconds(5));
        }
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

    private void Begin()
    {
        foreach (var host in cluster.Hosts)
        {
            host.PowerOn();
        }

        for (var number = 1; number <= cluster.Options.Machines; number++)
        {
            var definition = cluster.MakeMachine(number, cluster.Stores[number % cluster.Stores.Length]);
            Add(new AddMachine(definition, true), cluster.Hosts[number % cluster.Hosts.Length], TimeSpan.FromSeconds(10));
        }
    }

    /// <summary>Asks again until it is done; an answer that was lost shows as "exists already".</summary>
    private void Add(AddMachine order, SimulatedHost host, TimeSpan wait) => cluster.Timeline.After(wait, () =>
    {
        if (host.Agent is not { } agent)
        {
            Add(order, host, TimeSpan.FromSeconds(1));
            return;
        }

        agent.Order(order, refusal =>
        {
            if (refusal is not null && !refusal.Contains("already", StringComparison.Ordinal))
            {
                Add(order, host, TimeSpan.FromSeconds(1));
            }
        });
    });
}

/// <summary>What became of one cluster; see <see cref="SimulationResult"/>.</summary>
internal sealed record ClusterResult(
    TimeSpan Simulated, long Steps, IReadOnlyList<IReadOnlyDictionary<string, long>> Struck, IReadOnlyDictionary<string, long> Counts,
    IReadOnlyList<Violation> Violations, ulong Hash, IReadOnlyList<string> Trace);
