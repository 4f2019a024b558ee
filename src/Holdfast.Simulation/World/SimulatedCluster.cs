using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Simulation.Checkers;
using Holdfast.Simulation.Nemesis;

namespace Holdfast.Simulation.World;

/// <summary>
/// A whole cluster in one thread and one heap: hosts, networks, stores, guests. Everything that happens in it follows from the seed. What it
/// observes it hands to the checkers, which know the truth; the agents and guards know only what their ports tell them.
/// </summary>
internal sealed class SimulatedCluster
{
    public const int MachineMemoryMiB = 100;

    /// <summary>What a guest wants of its processor that does nothing in particular.</summary>
    private const double Idle = 0.03;

    /// <summary>Letters of a trace line's time, which sort as the times do.</summary>
    public const int TimeWidth = 10;
    private readonly SortedDictionary<Guid, Truth> truths = [];
    private readonly SortedDictionary<Guid, SimulatedStore> homes = [];
    private readonly SortedDictionary<Guid, double> loads = [];
    private readonly SortedDictionary<string, long> counts = new(StringComparer.Ordinal);
    private readonly List<string> trace = [];
    private readonly List<Violation> violations = [];
    private readonly List<Checker> checkers;
    private ulong hash = 14695981039346656037;
    private long writes;

    /// <param name="timeline">The world's; null: this cluster is alone in it.</param>
    public SimulatedCluster(ClusterOptions options, Timeline? timeline = null)
    {
        (Options, Timeline) = (options, timeline ?? new());
        Dice = new(options.Seed);
        Id = new(Dice.Id());
        Networks = [.. Enumerable.Range(0, options.Networks).Select(n => new SimulatedNetwork(
            n == options.Networks - 1 ? "storage" : n == 0 ? "cluster" : $"extra{n}", options.Hosts))];
        HostNames = Enumerable.Range(0, options.Hosts).ToImmutableSortedDictionary(h => h, h => $"{options.Prefix}h{h + 1}");
        OwnLinks = options.Mtu == 0 ? ImmutableSortedDictionary<string, OwnLink>.Empty : Networks.ToImmutableSortedDictionary(n => n.Name, _ => new OwnLink(Carrier: true, options.Mtu));
        FenceDevices = options.FenceDevices ? HostNames.ToImmutableSortedDictionary(h => h.Key, _ => ImmutableArray.Create(new FenceLevel("power switch", options.FenceCutsPath))) : ImmutableSortedDictionary<int, ImmutableArray<FenceLevel>>.Empty;
        Hosts = [.. Enumerable.Range(0, options.Hosts).Select(h => new SimulatedHost(
            this, h, HostNames[h], options.RoomPerHost * MachineMemoryMiB, 1 + ((Dice.Fraction() - 0.5) * options.Plan.ClockRateTolerance * 0.95), options.Watchdogs))];
        Stores = [.. Enumerable.Range(0, options.Stores).Select(s => new SimulatedStore(
            this, options.Stores == 1 ? "gold" : $"store{s + 1}", options.Drain, new(new(Dice.Id()), Id), [.. HostNames.Values]))];
        checkers = [.. AllCheckers.For(this)];
    }

    public ClusterOptions Options { get; }

    /// <summary>Faults strike.</summary>
    public bool Troubled { get; set; }

    public Weakening Weakening => Options.Weakening;

    public TimingPlan Plan => Options.Plan;

    public Timeline Timeline { get; }

    public Dice Dice { get; }

    public ClusterId Id { get; }

    public ImmutableSortedDictionary<int, string> HostNames { get; }

    /// <summary>Every host's own links, by network; none fails.</summary>
    public ImmutableSortedDictionary<string, OwnLink> OwnLinks { get; }

    /// <summary>One power switch a host, or none at all.</summary>
    public ImmutableSortedDictionary<int, ImmutableArray<FenceLevel>> FenceDevices { get; }

    public ImmutableArray<SimulatedHost> Hosts { get; }

    public ImmutableArray<SimulatedStore> Stores { get; }

    public ImmutableArray<SimulatedNetwork> Networks { get; }

    public SimulatedNetwork StorageNetwork => Networks[^1];

    public SimulatedNetwork MigrationNetwork => Networks[Networks.Length > 2 ? 1 : 0];

    public IEnumerable<SimulatedNetwork> MigrationPaths => Options.MigrationFallback ? new[] { MigrationNetwork, Networks[0] }.Distinct() : [MigrationNetwork];

    /// <summary>A host's address on a network, and the network of such an address.</summary>
    public static string Address(string host, SimulatedNetwork network) => $"{host}@{network.Name}";

    public static string NetworkOf(string address) => address[(address.IndexOf('@', StringComparison.Ordinal) + 1)..];

    public NetworkRoles RolesOf(SimulatedNetwork network) =>
        (network == Networks[0] ? NetworkRoles.Cluster : 0) | (network == MigrationNetwork ? NetworkRoles.Migration : 0) | (network == StorageNetwork ? NetworkRoles.Storage : 0);

    public Dictionary<Guid, MigrationJob> Migrations { get; } = [];

    /// <summary>Misfortunes that lie in wait for something to happen.</summary>
    public List<Ambush> Ambushes { get; } = [];

    public IReadOnlyCollection<Truth> Truths => truths.Values;

    public IReadOnlyDictionary<string, long> Counts => counts;

    public IReadOnlyList<Violation> Violations => violations;

    public IReadOnlyList<Checker> Checkers => checkers;

    public IReadOnlyList<string> TraceLines => trace;

    /// <summary>FNV-1a of all trace lines with their times: equal for two runs only when both went the same way.</summary>
    public ulong Hash => hash;

    /// <summary>How often a running guest writes. Every third is quiet: a dead disk does not stop it, as it does not notice.</summary>
    public TimeSpan WriteEvery(Guid machine) =>
        homes[machine].Definitions[machine].Priority == 0 ? TimeSpan.FromSeconds(60) : TimeSpan.FromMilliseconds(Options.Machines <= 12 ? 300 : 1500);

    /// <summary>Processors that a machine's guest wants, wherever it runs.</summary>
    public double LoadOf(Guid machine) => loads.GetValueOrDefault(machine, Idle);

    public void SetLoad(Guid machine, double cpus) => loads[machine] = cpus;

    public SimulatedNetwork Network(string name)
    {
        foreach (var network in Networks)
        {
            if (network.Name == name)
            {
                return network;
            }
        }

        throw new ArgumentException($"There is no network {name}.", nameof(name));
    }

    public SimulatedStore Store(string name)
    {
        foreach (var store in Stores)
        {
            if (store.Name == name)
            {
                return store;
            }
        }

        throw new ArgumentException($"There is no store {name}.", nameof(name));
    }

    public Truth TruthOf(Guid machine) => truths[machine];

    public SimulatedStore StoreOf(Guid machine) => homes[machine];

    public string NameOf(Guid machine) => homes.TryGetValue(machine, out var home) ? home.Definitions[machine].Name : machine.ToString("N")[..8];

    /// <summary>A machine's folder on its store; an agent enters it in the lease table then.</summary>
    public MachineDefinition MakeMachine(int number, SimulatedStore home)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Options.Prefix}vm{number}");
        var definition = new MachineDefinition(Dice.Id(), name, home.Name, MachineMemoryMiB, 1, number % 3, "52:54:00:00:00:00", [new("disk0", 1 << 20)])
        {
            OnIsolation = number % 2 == 1 ? IsolationResponse.Release : IsolationResponse.Keep,
            OnHung = number / 2 % 2 == 0 ? HungResponse.Restart : HungResponse.Ignore,
        };
        home.Definitions[definition.Id] = definition;
        homes[definition.Id] = home;
        truths[definition.Id] = new(definition.Id);
        return definition;
    }

    public void Count(string what) => counts[what] = counts.GetValueOrDefault(what) + 1;

    public void Trace(string line)
    {
        foreach (var letter in line)
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        hash = (hash ^ (ulong)Timeline.Now.Ticks) * 1099511628211;
        if (Options.KeepTrace)
        {
            trace.Add(string.Create(CultureInfo.InvariantCulture, $"{Timeline.Now.TotalSeconds,TimeWidth:0.0000} {line}"));
        }
    }

    public void Violated(string rule, string what)
    {
        if (violations.Count < 20)
        {
            violations.Add(new(rule, Timeline.Now, what));
        }

        Trace($"VIOLATION {rule}: {what}");
    }

    // What happens in the world.
    public long NextWrite() => ++writes;

    public void Executes(Guest guest)
    {
        var truth = guest.Truth;
        foreach (var checker in checkers)
        {
            checker.BeforeExecution(truth, guest);
        }

        truth.Executing.Add(guest);
        truth.Starts++;
        if (guest.Era == 0)
        {
            guest.Era = ++truth.Era;
        }

        Trace($"{guest.Host.Name}: {NameOf(guest.Machine)} executes (process {guest.Pid})");
        foreach (var checker in checkers)
        {
            checker.Executes(truth, guest);
        }
    }

    public void StandsStill(Guest guest)
    {
        var truth = guest.Truth;
        truth.Executing.Remove(guest);
        truth.StoppedAt = Timeline.Now;
        Trace($"{guest.Host.Name}: {NameOf(guest.Machine)} stands still (process {guest.Pid})");
        foreach (var checker in checkers)
        {
            checker.StandsStill(truth, guest);
        }
    }

    public void Landed(int era, Guest guest)
    {
        var truth = guest.Truth;
        foreach (var checker in checkers)
        {
            checker.Landed(truth, era, guest);
        }

        truth.LandedEra = Math.Max(truth.LandedEra, era);
    }

    public void ProcessBegan(Guest guest)
    {
        foreach (var checker in checkers)
        {
            checker.ProcessBegan(guest);
        }
    }

    public void TableSeen(SimulatedHost host, string store, LeaseTable table)
    {
        foreach (var checker in checkers)
        {
            checker.TableSeen(host, store, table);
        }

        Spring(a => a.Sees(host, table));
    }

    public void Written(SimulatedHost host, string store, BallotRecord record)
    {
        foreach (var checker in checkers)
        {
            checker.Written(host, store, record);
        }

        Spring(a => a.Writes(host, record));
    }

    public void Ordered(SimulatedHost host, AgentOrder order)
    {
        foreach (var checker in checkers)
        {
            checker.Ordered(host, order);
        }
    }

    public void OrderEnded(SimulatedHost host, AgentOrder order, string? refusal)
    {
        foreach (var checker in checkers)
        {
            checker.OrderEnded(host, order, refusal);
        }
    }

    public void Decided(SimulatedHost host, Decision decision)
    {
        Trace($"{host.Name}: {decision.Kind}: {decision.Text}");
        foreach (var checker in checkers)
        {
            checker.Decided(host, decision);
        }
    }

    public void Shot(SimulatedHost by, SimulatedHost target)
    {
        Count("fence device asked for off");
        Trace($"{by.Name}: asks the fence device of {target.Name} for off");
        foreach (var checker in checkers)
        {
            checker.Shot(by, target);
        }
    }

    public void GaveWord(SimulatedHost host, IsGone word)
    {
        foreach (var checker in checkers)
        {
            checker.GaveWord(host, word);
        }
    }

    public void WentDown(SimulatedHost host)
    {
        foreach (var checker in checkers)
        {
            checker.WentDown(host);
        }
    }

    public void Copied(MigrationJob job) => Spring(a => a.Copied(job));

    public void Creates(SimulatedHost host) => Spring(a => a.Creates(host));

    public void AgentEnded(AgentProcess agent)
    {
        foreach (var job in Migrations.Values)
        {
            job.AgentEnded(agent);
        }
    }

    private void Spring(Func<Ambush, bool> strikes)
    {
        for (var i = Ambushes.Count - 1; i >= 0; i--)
        {
            var ambush = Ambushes[i];
            if (strikes(ambush))
            {
                Ambushes.RemoveAt(i);
                Count($"ambush: {ambush.Name}");
                Trace($"ambush: {ambush.Name}");
            }
        }
    }
}
