using Holdfast.Api;

namespace Holdfast.Console.Tests;

/// <summary>A cluster of three hosts that answers in the real contracts, and in which cables can be cut: what a console makes of it is what is tested.</summary>
internal sealed class FakeCluster
{
    public static readonly string[] Hosts = ["h1", "h2", "h3"];
    public static readonly string[] Networks = ["cluster", "migration", "storage", "guest"];

    private readonly HashSet<(string Host, string Network)> cut = [];
    private readonly HashSet<(string From, string To, string Network)> deaf = [];

    public bool Quorum { get; set; } = true;

    /// <summary>Loss of what a host sends on a network, in percent.</summary>
    public (string Host, string Network, double Percent)? Lossy { get; set; }

    public List<MachineDetail> Machines { get; } =
    [
        Machine("db", "h1", 2048, 2), Machine("web", "h2", 1024, 1), Machine("mail", "h2", 512, 1), Machine("wiki", "h3", 512, 1),
        Machine("batch", null, 4096, 4) with { Desired = DesiredState.Stop, State = MachineState.Stopped },
    ];

    public List<string> Alarms { get; } = [];

    public TaskReport? Task { get; set; }

    public FakeCluster Cut(string host, string network)
    {
        cut.Add((host, network));
        return this;
    }

    public FakeCluster Deafen(string from, string to, string network)
    {
        deaf.Add((from, to, network));
        return this;
    }

    public void Heal()
    {
        cut.Clear();
        deaf.Clear();
    }

    public ClusterStatus Status(string by = "h1") => new()
    {
        Cluster = "office", Host = by, Ready = true, Quorum = Quorum, Machines = Machines.Count, Version = "0.1.0", Api = "10.1.0.1:7441", Console = "http://10.1.0.1:7441/console/",
        Hosts = [.. Hosts.Select(Host)],
        Alarms = [.. Alarms],
    };

    public HostSummary Host(string name) => new()
    {
        Name = name, State = HostState.Up, Verdict = "connected",
        Networks = [.. Networks.Select(n => new Link(n, cut.Contains((name, n)) ? Health.Lost : Health.Ok, cut.Contains((name, n)) ? "lost" : null))],
        Datastores = [new("shared", cut.Contains((name, "storage")) ? Health.Degraded : Health.Ok, cut.Contains((name, "storage")) ? "slow" : null)],
        Load = new(8, name switch { "h1" => 2.4, "h2" => 5.1, _ => 0.9 }, 32768, name switch { "h1" => 9216, "h2" => 14500, _ => 4100 }, new(1.2, 0, 0.4)),
        Machines = [.. Machines.Where(m => m.Host == name).Select(m => m.Name)],
    };

    public HostDetail Detail(string name) => new()
    {
        Name = name, State = HostState.Up, Verdict = "connected", Networks = Host(name).Networks, Datastores = Host(name).Datastores, Load = Host(name).Load, Machines = Host(name).Machines,
        Address = $"10.1.0.{name[1]}", Slot = name[1] - '1', Watchdog = "armed", Row = 13, Does = "works as usual", Cpus = 8, MemoryMiB = 32768,
        FenceDevices = [new("ipmi", DeviceState.Proven, DateTimeOffset.UnixEpoch)], Evidence = [$"{name} is heard over cluster, migration, storage, guest.", $"{name} renews its slot on shared."],
        Leases = [new("shared", 5.6, false)],
    };

    public NetworkReport Report(string by = "h1") => new()
    {
        Host = by,
        Culprits = [.. cut.Select(c => $"{c.Host}'s {c.Network} cable"), .. deaf.Select(d => $"the {d.Network} link from {d.From} to {d.To}")],
        Networks = [.. Networks.Select(n => new NetworkMatrix(n, [n], [.. Hosts.SelectMany(a => Hosts.Where(b => b != a).Select(b => Direction(a, b, n)))], [.. Hosts.Select(h => new HostLink(h, !cut.Contains((h, n)), 1500))]))],
        Addresses = [.. Hosts.Select(h => new AddressAnswer("10.1.0.254", h, true))],
    };

    public static TopologyReport Topology() => new()
    {
        Host = "h1",
        Components = [.. Networks.Select(n => new TopologyComponent($"switch:sw-{n}", "switch", $"sw-{n}", "declared")), .. Hosts.Select(h => new TopologyComponent($"host:{h}", "host", h, "seen")), new("datastore:shared", "datastore", "shared", "seen")],
        Edges = [.. Networks.SelectMany(n => Hosts.Select(h => new TopologyEdge($"link:{h}/{n}", $"switch:sw-{n}", "plugged", "declared", n)))],
    };

    public Datastore[] Datastores() =>
    [
        new() { Name = "shared", Path = "/srv/holdfast/shared", State = Health.Ok, Profile = "fast", DrainSeconds = 2, TableVersion = 4711, Machines = [.. Machines.Select(m => m.Name)], Hosts = Hosts },
    ];

    public static ClusterEvent[] Events() =>
    [
        new(1, At(0), "h1", "agent.started", null, "the agent of h1 has started"),
        new(2, At(40), "h2", "machine.started", "web", "web runs on h2 in epoch 7, because it is wanted running and h2 has the most room"),
        new(3, At(95), "h3", "migration.moved", "wiki", "wiki moved from h1 to h3 over migration in 812 ms, pause 31 ms"),
    ];

    public static BalanceReport Balance() => new()
    {
        Mode = "recommend", HotPercent = 60, CoolPercent = 50,
        Hosts = [new("h1", new(8, 2.4, 32768, 9216), false), new("h2", new(8, 5.1, 32768, 14500), true, "it has been hot for 12 s of the 30 s that it must be"), new("h3", new(8, 0.9, 32768, 4100), false)],
        Moves = [new("mail", "h2", "h3", 1.6, 512, 64, 44, 11, 31, "mail moves from h2 to h3: h2 comes from 64 % to 44 % of its processors, h3 from 11 % to 31 %, for 512 MiB to copy")],
    };

    public WhatIfReport WhatIf(string down) => new()
    {
        Host = "h1", Failed = [down], Down = [down], Verdict = "connected",
        Hosts = [.. Hosts.Select(h => new WhatIfHost(h, down == $"host:{h}" ? "down" : "up", "connected", 13, "works as usual"))],
        Machines = [.. Machines.Where(m => m.Desired == DesiredState.Run).Select(m => down == $"host:{m.Host}" ? new WhatIfMachine(m.Name, "restarted", "h3", "its host is proven dead") : new WhatIfMachine(m.Name, "unaffected", m.Host, null))],
    };

    private Direction Direction(string from, string to, string network)
    {
        var lost = cut.Contains((from, network)) || cut.Contains((to, network)) || deaf.Contains((from, to, network));
        var loss = Lossy is { } l && l.Host == from && l.Network == network ? l.Percent : 0;
        return lost ? new(from, to, Health.Lost, 100) : new(from, to, loss >= 5 ? Health.Degraded : Health.Ok, loss, 0.21, 0.03);
    }

    private static DateTimeOffset At(int seconds) => new DateTimeOffset(2026, 11, 30, 9, 0, 0, TimeSpan.Zero).AddSeconds(seconds);

    private static MachineDetail Machine(string name, string? host, int memory, int cpus) => new()
    {
        Name = name, Id = new Guid(name.Length, 1, (short)name[0], 0, 0, 0, 0, 0, 0, 0, 1), Desired = DesiredState.Run, State = MachineState.Running, Host = host, Epoch = 7, Priority = 100, MemoryMiB = memory, Cpus = cpus, Datastore = "shared",
        Ips = ["10.4.0.20"], Guest = new("answers", "works", "works", 0, false), Use = new(0.4, 480),
        Bound = new(12.9, 2.1, [new("ttl", 6), new("stop", 1), new("drain", 2, "withoutDevice"), new("image lock", 1.2)]),
        Folder = $"/srv/holdfast/shared/{name}",
    };
}
