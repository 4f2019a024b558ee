using System.Globalization;
using Holdfast.Core.Agent;
using Holdfast.Core.Timing;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Scenarios;

/// <summary>The simulated cluster of one story, and the orders that a story can give.</summary>
internal sealed class Stage
{
    private readonly SimulatedCluster cluster;
    private readonly Dictionary<string, Queue<Action>> heals = new(StringComparer.Ordinal);

    public Stage(IEnumerable<string> given)
    {
        cluster = new(given.Aggregate(new ClusterOptions(1) { Hosts = 3, Machines = 2, FenceDevices = false, KeepTrace = true, RoomPerHost = 4 }, Given));
        foreach (var host in cluster.Hosts)
        {
            host.PowerOn();
        }

        for (var number = 1; number <= cluster.Options.Machines; number++)
        {
            var machine = cluster.MakeMachine(number, cluster.Stores[0]);
            var host = cluster.Hosts[number % cluster.Hosts.Count];
            cluster.Timeline.After(TimeSpan.FromSeconds(10), () => host.Agent!.Order(new AddMachine(machine, true), _ => { }));
        }
    }

    public void At(TimeSpan time, string[] order) => cluster.Timeline.After(time, () =>
    {
        cluster.Trace($"* {string.Join(' ', order)}");
        Do(order);
    });

    /// <summary>The trace from the first order on, and how all machines end.</summary>
    public IEnumerable<string> Play(TimeSpan end)
    {
        cluster.Timeline.RunUntil(end);
        foreach (var line in cluster.TraceLines.SkipWhile(l => !l.Contains(" * ", StringComparison.Ordinal)))
        {
            yield return line.Trim();
        }

        foreach (var truth in cluster.Truths.OrderBy(t => cluster.NameOf(t.Machine), StringComparer.Ordinal))
        {
            var where = truth.Executing.Count == 0 ? "does not run" : $"runs on {string.Join(" and ", truth.Executing.Select(g => g.Host.Name))}";
            yield return $"= {cluster.NameOf(truth.Machine)} {where}";
        }

        yield return cluster.Violations.Count == 0 ? "= every invariant held" : $"= {cluster.Violations.Count} invariants were broken";
    }

    private static ClusterOptions Given(ClusterOptions options, string line)
    {
        var words = line.Split(' ');
        return words switch
        {
            ["hosts", var n] => options with { Hosts = Number(n) },
            ["machines", var n] => options with { Machines = Number(n) },
            ["room", var n] => options with { RoomPerHost = Number(n) },
            ["networks", var n] => options with { Networks = Number(n) },
            ["drain", var s] => options with { Drain = Story.Seconds(s) },
            ["profile", var name] => options with { Plan = TimingPlan.Find(name) ?? throw new FormatException($"There is no profile '{name}'.") },
            ["fence", "devices"] => options with { FenceDevices = true },
            ["fast", "shot"] => options with { FenceDevices = true, FastShot = true },
            ["no", "watchdogs"] => options with { Watchdogs = false },
            _ => throw new FormatException($"'given {line}' is not understood."),
        };
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private void Do(string[] order)
    {
        switch (order)
        {
            case ["crash", var host]: HostOf(host).Crash("power lost"); break;
            case ["power-on", var host]: HostOf(host).PowerOn(); break;
            case ["hang", var host]: Hang(HostOf(host)); break;
            case ["cut", var host, var network]: Cut(string.Join(' ', order[1..]), Links(HostOf(host), NetworkOf(network))); break;
            case ["deaf", var host, var network]: Cut(string.Join(' ', order[1..]), NetworkOf(network).To(HostOf(host).Index)); break;
            case ["mute", var host, var network]: Cut(string.Join(' ', order[1..]), NetworkOf(network).From(HostOf(host).Index)); break;
            case ["cut-pair", var one, var other, var network]: Cut(string.Join(' ', order[1..]), NetworkOf(network).Across([HostOf(one).Index], [HostOf(other).Index])); break;
            case ["cut-store", var host]: Cut($"store {host}", cluster.StorageNetwork.Across([HostOf(host).Index], [cluster.StorageNetwork.Server])); break;
            case ["switch", var network, "down"]: Cut($"switch {network}", NetworkOf(network).All()); break;
            case ["guest-network", var host, "down"]: HostOf(host).GuestNetworkUp = false; Later($"guest-network {host}", () => HostOf(host).GuestNetworkUp = true); break;
            case ["stall", "store"]: cluster.Stores[0].Stall(); Later("stall store", cluster.Stores[0].GoOn); break;
            case ["heal", .. var what]: heals[string.Join(' ', what)].Dequeue()(); break;
            case ["kill-agent", var host, var seconds]: HostOf(host).KillAgent(Story.Seconds(seconds)); break;
            case ["kill-guard", var host, var seconds]: HostOf(host).KillGuard(Story.Seconds(seconds)); break;
            case ["stop-guard", var host]: Pause(order, HostOf(host).Guard!.Scope); break;
            case ["stop-agent", var host]: Pause(order, HostOf(host).Agent!.Scope); break;
            case ["crash-qemu", var vm]: Running(vm).Die("it crashed"); break;
            case ["shut-down", var vm]: Running(vm).ShutDownFromInside(); break;
            case ["device", var host, var state]: HostOf(host).FenceDevice.State = Enum.Parse<FenceDeviceState>(state, ignoreCase: true); break;
            case ["quorum", "lost"]: Quorum(false); break;
            case ["quorum", "back"]: Quorum(true); break;
            case ["starts-fail", var host]: HostOf(host).StartFailures = 1; Later($"starts-fail {host}", () => HostOf(host).StartFailures = 0); break;
            case ["migrations-break", var host]: HostOf(host).MigrationFailures = 1; break;
            case ["sources-resume", var host]: HostOf(host).SelfResumes = 1; break;
            case ["perform-replies-lost", var host]: HostOf(host).LostReplies = 1; break;
            case ["slow-copies", var host]: HostOf(host).CopyTime = TimeSpan.FromSeconds(40); break;
            case ["deaf-guests", var host]: HostOf(host).DeafGuests = 1; break;
            case ["move", var vm, "to", var host]: Order(Owner(vm), new MoveMachine(Id(vm), HostOf(host).Index, cluster.Dice.Id())); break;
            case ["want", var vm, "run"]: Order(AnyAgent(), new WantMachine(Id(vm), true)); break;
            case ["want", var vm, "stop"]: Order(AnyAgent(), new WantMachine(Id(vm), false)); break;
            case ["kill", var vm]: Order(Owner(vm), new KillMachine(Id(vm))); break;
            case ["remove", var vm]: Order(AnyAgent(), new RemoveMachine(Id(vm))); break;
            case ["force-free", var vm]: Order(AnyAgent(), new ForceFreeMachine(Id(vm), "an operator", "its host is off")); break;
            default: throw new FormatException($"'{string.Join(' ', order)}' is no order of a story.");
        }
    }

    private SimulatedHost HostOf(string host) => cluster.Hosts.First(h => h.Name == host);

    private SimulatedNetwork NetworkOf(string network) => cluster.Network(network);

    private static IEnumerable<Link> Links(SimulatedHost host, SimulatedNetwork network) => network.From(host.Index).Concat(network.To(host.Index));

    private Guid Id(string vm) => cluster.Truths.First(t => cluster.NameOf(t.Machine) == vm).Machine;

    private Guest Running(string vm) => cluster.TruthOf(Id(vm)).Executing[0];

    private SimulatedHost Owner(string vm) => Running(vm).Host;

    private SimulatedHost AnyAgent() => cluster.Hosts.First(h => h.Agent is not null && !h.Hung);

    private void Order(SimulatedHost host, AgentOrder order) =>
        host.Agent!.Order(order, refusal => cluster.Trace($"{host.Name}: order ended: {refusal ?? "done"}"));

    private void Quorum(bool has)
    {
        foreach (var host in cluster.Hosts)
        {
            host.HasQuorum = has;
        }
    }

    private void Hang(SimulatedHost host)
    {
        var life = host.Life;
        host.Hang();
        Later($"hang {host.Name}", () => host.Unhang(life));
    }

    private void Pause(string[] order, Scope scope)
    {
        scope.Pause();
        Later(string.Join(' ', order), () => scope.Resume(cluster.Timeline));
    }

    private void Cut(string name, IEnumerable<Link> links)
    {
        var all = links.ToArray();
        foreach (var link in all)
        {
            link.Cut();
        }

        Later(name, () =>
        {
            foreach (var link in all)
            {
                link.Heal();
            }
        });
    }

    private void Later(string name, Action heal)
    {
        if (!heals.TryGetValue(name, out var waiting))
        {
            heals[name] = waiting = new();
        }

        waiting.Enqueue(heal);
    }
}
