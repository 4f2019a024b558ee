using System.Globalization;
using Holdfast.Core.Agent;
using Holdfast.Core.Balancing;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Scenarios;

/// <summary>The simulated cluster of one story, and the orders that a story can give.</summary>
internal sealed class Stage
{
    private static readonly TimeSpan RelocatePatience = TimeSpan.FromSeconds(60);
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
            var host = cluster.Hosts[number % cluster.Hosts.Length];
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
            ["mtu", var bytes] => options with { Mtu = Number(bytes) },
            ["moves", "at", "once", var n] => options with { MovesAtOnce = Number(n) },
            ["moves", "in", "cluster", var n] => options with { MovesInCluster = Number(n) },
            ["cpus", var n] => options with { Cpus = Number(n) },
            ["balance", var mode] => options with { Balancing = options.Balanced().Balancing with { Mode = Enum.Parse<BalanceMode>(mode, ignoreCase: true) } },
            ["migration", "fallback"] => options with { MigrationFallback = true },
            ["fence", "devices"] => options with { FenceDevices = true },
            ["fast", "shot"] => options with { FenceDevices = true, FastShot = true },
            ["no", "watchdogs"] => options with { Watchdogs = false },
            _ => throw new FormatException($"'given {line}' is not understood."),
        };
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private void Do(string[] order)
    {
        if (!DoToHost(order) && !DoToNetwork(order) && !DoToParts(order) && !DoByOrder(order))
        {
            throw new FormatException($"'{string.Join(' ', order)}' is no order of a story.");
        }
    }

    private bool DoToHost(string[] order)
    {
        switch (order)
        {
            case ["crash", var host]: HostOf(host).Crash("power lost"); break;
            case ["power-on", var host]: HostOf(host).PowerOn(); break;
            case ["hang", var host]: Hang(HostOf(host)); break;
            case ["kill-agent", var host, var seconds]: HostOf(host).KillAgent(Story.Seconds(seconds)); break;
            case ["kill-agent-when-copied", var host, var seconds]: cluster.Ambushes.Add(new AgentDiesWithItsCopy(cluster, HostOf(host), Story.Seconds(seconds))); break;
            case ["crash-with-its-commit", var host]: cluster.Ambushes.Add(new SourceDiesWithItsCommit(cluster, HostOf(host))); break;
            case ["kill-guard", var host, var seconds]: HostOf(host).KillGuard(Story.Seconds(seconds)); break;
            case ["stop-guard", var host]: Pause(order, HostOf(host).Guard!.Scope); break;
            case ["stop-agent", var host]: Pause(order, HostOf(host).Agent!.Scope); break;
            case ["slew", var host, var factor]: HostOf(host).Clock.Slew(Story.Number(factor)); break;
            case ["stop-raw-clock", var host]: HostOf(host).Clock.StopRaw(true); Later($"raw-clock {host}", () => HostOf(host).Clock.StopRaw(false)); break;
            case ["device", var host, var state]: HostOf(host).FenceDevice.State = Enum.Parse<FenceDeviceState>(state, ignoreCase: true); break;
            case ["drain", var host]: HostOf(host).Drain(true, "an operator: a new kernel"); break;
            case ["resume", var host]: HostOf(host).Drain(false, "an operator: it is done"); break;
            case ["quorum", "lost"]: Quorum(false); break;
            case ["quorum", "back"]: Quorum(true); break;
            default: return false;
        }

        return true;
    }

    private bool DoToNetwork(string[] order)
    {
        switch (order)
        {
            case ["cut", var host, var network]: Cut(string.Join(' ', order[1..]), Links(HostOf(host), NetworkOf(network))); break;
            case ["deaf", var host, var network]: Cut(string.Join(' ', order[1..]), NetworkOf(network).To(HostOf(host).Index)); break;
            case ["mute", var host, var network]: Cut(string.Join(' ', order[1..]), NetworkOf(network).From(HostOf(host).Index)); break;
            case ["cut-pair", var one, var other, var network]: Cut(string.Join(' ', order[1..]), NetworkOf(network).Across([HostOf(one).Index], [HostOf(other).Index])); break;
            case ["split", var one, "from", var other, var network]: Cut($"split {network}", NetworkOf(network).Across(Side(one), Side(other))); break;
            case ["lossy", var host, var network, var percent]: Lose(Links(HostOf(host), NetworkOf(network)), Number(percent), $"lossy {host} {network}"); break;
            case ["mtu-hole", var host, var network, var bytes]: Narrow(Links(HostOf(host), NetworkOf(network)), Number(bytes), string.Join(' ', order[..3])); break;
            case ["slow", var network, var seconds]: Slow(NetworkOf(network), Story.Seconds(seconds)); break;
            case ["guest-network", var host, "down"]: HostOf(host).GuestNetworkUp = false; Later($"guest-network {host}", () => HostOf(host).GuestNetworkUp = true); break;
            case ["cut-store", var host]: Cut($"store {host}", cluster.StorageNetwork.Across([HostOf(host).Index], [cluster.StorageNetwork.Server])); break;
            case ["switch", var network, "down"]: Cut($"switch {network}", NetworkOf(network).All()); break;
            case ["stall", "store"]: cluster.Stores[0].Stall(); Later("stall store", cluster.Stores[0].GoOn); break;
            case ["slow-store", var seconds]: cluster.Stores[0].ExtraDelay = Story.Seconds(seconds); Later("slow-store", () => cluster.Stores[0].ExtraDelay = TimeSpan.Zero); break;
            case ["heal", .. var what]: heals[string.Join(' ', what)].Dequeue()(); break;
            default: return false;
        }

        return true;
    }

    private bool DoToParts(string[] order)
    {
        switch (order)
        {
            case ["load", var vm, var cpus]: cluster.SetLoad(Id(vm), Story.Number(cpus)); break;
            case ["crash-qemu", var vm]: Running(vm).Die("it crashed"); break;
            case ["shut-down", var vm]: Running(vm).ShutDownFromInside(); break;
            case ["starts-fail", var host]: HostOf(host).StartFailures = 1; Later($"starts-fail {host}", () => HostOf(host).StartFailures = 0); break;
            case ["starts-die", var host]: HostOf(host).StartDeaths = 1; Later($"starts-die {host}", () => HostOf(host).StartDeaths = 0); break;
            case ["images-locked", var host]: HostOf(host).LockedImages = true; Later($"images-locked {host}", () => HostOf(host).LockedImages = false); break;
            case ["libvirt-hangs", var host, var seconds]: HostOf(host).LibvirtBackAt = cluster.Timeline.Now + Story.Seconds(seconds); break;
            case ["writes-fail", var host]: HostOf(host).WriteErrors = 1; Later($"writes-fail {host}", () => HostOf(host).WriteErrors = 0); break;
            case ["reads-fail", var host]: HostOf(host).ReadErrors = 1; Later($"reads-fail {host}", () => HostOf(host).ReadErrors = 0); break;
            case ["migrations-break", var host]: HostOf(host).MigrationFailures = 1; break;
            case ["sources-resume", var host]: HostOf(host).SelfResumes = 1; break;
            case ["perform-replies-lost", var host]: HostOf(host).LostReplies = 1; break;
            case ["slow-copies", var host]: HostOf(host).CopyTime = TimeSpan.FromSeconds(40); break;
            case ["guests-need-pause", var host, var ms]: HostOf(host).LeastPause = TimeSpan.FromMilliseconds(int.Parse(ms, CultureInfo.InvariantCulture)); break;
            case ["deaf-guests", var host]: HostOf(host).DeafGuests = 1; break;
            case ["hang-guest", var vm]: Running(vm).IsHung = true; break;
            case ["silent-guest-agents", var host]: HostOf(host).SilentGuestAgents = 1; Later($"silent-guest-agents {host}", () => HostOf(host).SilentGuestAgents = 0); break;
            case ["computing-guests", var host]: HostOf(host).ComputingGuests = 1; Later($"computing-guests {host}", () => HostOf(host).ComputingGuests = 0); break;
            case ["stubborn-processes", var host]: HostOf(host).SlowKills = 1; break;
            default: return false;
        }

        return true;
    }

    private bool DoByOrder(string[] order)
    {
        switch (order)
        {
            case ["move", var vm]: Order(Owner(vm), new MoveMachine(Id(vm), null, cluster.Dice.Id())); break;
            case ["move", var vm, "to", var host]: Order(Owner(vm), new MoveMachine(Id(vm), HostOf(host).Index, cluster.Dice.Id())); break;
            case ["move", var vm, "from", var source, "to", var host]: Order(HostOf(source), new MoveMachine(Id(vm), HostOf(host).Index, cluster.Dice.Id())); break;
            case ["cancel", var vm]: Order(Owner(vm), new CancelMigration(Id(vm))); break;
            case ["cancel", var vm, "at", var host]: Order(HostOf(host), new CancelMigration(Id(vm))); break;
            case ["check-move", var vm]: Check(vm, null); break;
            case ["check-move", var vm, "to", var host]: Check(vm, HostOf(host).Index); break;
            case ["moves", var host]: Moves(HostOf(host)); break;
            case ["balance", var host]: Balance(HostOf(host)); break;
            case ["remaining", var host]: Remaining(HostOf(host)); break;
            case ["relocate", var vm]: Order(Owner(vm), new RelocateMachine(Id(vm), null, RelocatePatience)); break;
            case ["relocate", var vm, "to", var host]: Order(Owner(vm), new RelocateMachine(Id(vm), HostOf(host).Index, RelocatePatience)); break;
            case ["want", var vm, "run"]: Order(AnyAgent(), new WantMachine(Id(vm), true)); break;
            case ["want", var vm, "stop"]: Order(AnyAgent(), new WantMachine(Id(vm), false)); break;
            case ["want", var vm, "stop", "at", var host]: Order(HostOf(host), new WantMachine(Id(vm), false)); break;
            case ["start", var vm, "on", var host]: Order(HostOf(host), new StartHere(Id(vm))); break;
            case ["kill", var vm]: Order(Owner(vm), new KillMachine(Id(vm))); break;
            case ["kill", var vm, "at", var host]: Order(HostOf(host), new KillMachine(Id(vm))); break;
            case ["remove", var vm]: Order(AnyAgent(), new RemoveMachine(Id(vm))); break;
            case ["fence", var target, "at", var host]: Order(HostOf(host), new FenceHost(HostOf(target).Index, "an operator", "it behaves badly")); break;
            case ["confirm-dead", var target, "at", var host]: Order(HostOf(host), new ConfirmDead(HostOf(target).Index, "an operator", "its plug is pulled")); break;
            case ["force-free", var vm]: Order(AnyAgent(), new ForceFreeMachine(Id(vm), Epoch(vm), "an operator", "its host is off")); break;
            case ["force-free", var vm, "in", var epoch]: Order(AnyAgent(), new ForceFreeMachine(Id(vm), ulong.Parse(epoch, CultureInfo.InvariantCulture), "an operator", "its host is off")); break;
            default: return false;
        }

        return true;
    }

    private int[] Side(string hosts) => [.. hosts.Split('+').Select(h => HostOf(h).Index)];

    private SimulatedHost HostOf(string host) => cluster.Hosts.First(h => h.Name == host);

    private SimulatedNetwork NetworkOf(string network) => cluster.Network(network);

    private static IEnumerable<Link> Links(SimulatedHost host, SimulatedNetwork network) => network.From(host.Index).Concat(network.To(host.Index));

    private Guid Id(string vm) => cluster.Truths.First(t => cluster.NameOf(t.Machine) == vm).Machine;

    private ulong Epoch(string vm) => AnyAgent().Agent!.Core.Tables.Select(t => t.Table.Machine(new MachineId(Id(vm)))).First(e => e is not null)!.Epoch.Value;

    private Guest Running(string vm) => cluster.TruthOf(Id(vm)).Executing[0];

    private SimulatedHost Owner(string vm) => Running(vm).Host;

    private SimulatedHost AnyAgent() => cluster.Hosts.First(h => h.Agent is not null && !h.Hung);

    private void Order(SimulatedHost host, AgentOrder order) =>
        host.Agent!.Order(order, refusal => cluster.Trace($"{host.Name}: order ended: {refusal ?? "done"}"));

    /// <summary>Tells what comes of it in the words that people are told.</summary>
    private void Check(string vm, int? target)
    {
        var (host, check) = (Owner(vm), cluster.Dice.Id());
        host.Agent!.Order(new CheckMove(Id(vm), target, check), refusal =>
        {
            var view = host.Agent!.Core.Snapshot().Preflights.FirstOrDefault(p => p.Check == check);
            cluster.Trace($"{host.Name}: check ended: {refusal ?? view?.Refusal ?? view?.Forecast?.Says}");
        });
    }

    /// <summary>What the host's agent says of each of its migrations.</summary>
    private void Moves(SimulatedHost host)
    {
        foreach (var move in host.Agent!.Core.Snapshot().Moves)
        {
            cluster.Trace($"{host.Name}: {cluster.NameOf(move.Machine)} to {cluster.Hosts[move.Target].Name}: {move.State}{(move.WaitsFor is { } others ? $": {others}" : "")}");
        }
    }

    /// <summary>What the host's agent makes of its load.</summary>
    private void Balance(SimulatedHost host)
    {
        var view = host.Agent!.Core.Snapshot().Balance;
        var moves = view.Moves.Select(m => $"{m.Name} to {cluster.Hosts[m.To].Name}");
        cluster.Trace($"{host.Name}: balance: {(view.Share is { } share ? BalancePlanner.Percent(share) : "not known")}{(view.IsHot ? ", hot" : "")}; moves: {string.Join(", ", moves)}; {view.Holds}");
    }

    /// <summary>What the agent of a host that is drained says of each machine that is still there.</summary>
    private void Remaining(SimulatedHost host)
    {
        foreach (var machine in host.Agent!.Core.Snapshot().Drain!.Machines)
        {
            cluster.Trace($"{host.Name}: {machine.Name} {machine.State}: {machine.Why}");
        }
    }

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

    private void Lose(IEnumerable<Link> links, int percent, string name)
    {
        var all = links.ToArray();
        foreach (var link in all)
        {
            link.LossPercent += percent;
        }

        Later(name, () =>
        {
            foreach (var link in all)
            {
                link.LossPercent -= percent;
            }
        });
    }

    private void Narrow(IEnumerable<Link> links, int bytes, string name)
    {
        var all = links.ToArray();
        foreach (var link in all)
        {
            link.LargestPacket = bytes;
        }

        Later(name, () =>
        {
            foreach (var link in all)
            {
                link.LargestPacket = int.MaxValue;
            }
        });
    }

    private void Slow(SimulatedNetwork network, TimeSpan delay)
    {
        foreach (var link in network.All())
        {
            link.ExtraDelay = delay;
        }

        Later($"slow {network.Name}", () =>
        {
            foreach (var link in network.All())
            {
                link.ExtraDelay = TimeSpan.Zero;
            }
        });
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
