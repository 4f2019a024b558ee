using System.Text.Json.Serialization;

namespace Holdfast.Lab.Hosts;

/// <summary>/etc/holdfast/holdfastd.json of one host.</summary>
internal sealed record AgentConfiguration
{
    public required string Cluster { get; init; }
    public required Guid ClusterId { get; init; }
    public required string Host { get; init; }
    public required int Slot { get; init; }
    public string SecretFile { get; init; } = "/etc/holdfast/secret";
    public string StateDirectory { get; init; } = "/var/lib/holdfast";
    public string Socket { get; init; } = "/run/holdfast/holdfastd.sock";
    public required string Listen { get; init; }

    /// <summary>A browser on this machine sees the lab at once; whoever reaches its namespaces is root here anyway.</summary>
    public string Anonymous { get; init; } = "viewer";
    public int HeartbeatPort { get; init; } = 8421;
    public required string Profile { get; init; }
    public required IReadOnlyList<AgentNetwork> Networks { get; init; }
    public required IReadOnlyList<string> IsolationAddresses { get; init; }
    public required IReadOnlyList<AgentPeer> Hosts { get; init; }
    public required AgentEtcd Etcd { get; init; }
    public string LibvirtUri { get; init; } = "qemu:///system";
    public string GuardSocket { get; init; } = "/run/holdfast/guard.sock";
    public IReadOnlyList<AgentFence> Fence { get; init; } = [];
    public required bool FastShot { get; init; }
    public required string Bridge { get; init; }
    public string GuestImage { get; init; } = "/holdfast/guest";
    public required string Acceleration { get; init; }
    public string? Watchdog { get; init; }
    public required bool MigrationTls { get; init; }

    // Left out when they are the agents' own.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MigrationsAtOnce { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MigrationsInCluster { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MigrationFirstPauseMs { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? MemoryMiB { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Cpus { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgentBalancing? Balancing { get; init; }

    internal static AgentConfiguration Of(LabState lab, string host) => new()
    {
        Cluster = lab.Options.Name,
        ClusterId = lab.ClusterId,
        Host = host,
        Slot = lab.Slot(host),
        Listen = $"{lab.Address(host, lab.Options.Networks.First(network => network.Role == "cluster"))}:{Api.Routes.DefaultPort}",
        Profile = lab.Options.Profile,
        Networks = [.. lab.Options.Networks.Select(network =>
            new AgentNetwork(network.Name, network.Role, lab.Address(host, network), HostFiles.Interface(lab, network)))],
        IsolationAddresses = lab.Gateways.Count > 1 ? [.. lab.Gateways.Select(lab.Gateway)] : [],
        Hosts = [.. lab.Hosts.Select(peer => new AgentPeer(peer, lab.Slot(peer), Addresses(lab, peer)))],
        Etcd = new AgentEtcd([.. lab.Hosts.Take(lab.Hosts.Count >= 3 ? 3 : 1)]),
        Fence =
        [
            .. lab.Options.Fence ? [Fenced("power switch", "power", cutsPath: true)] : Array.Empty<AgentFence>(),
            .. lab.Options.PowerStrip ? [Fenced("power strip", "strip", cutsPath: false)] : Array.Empty<AgentFence>(),
        ],
        FastShot = lab.Options is { Fence: true, FastShot: true },
        Bridge = LabState.Link(lab.Options.Networks.First(network => network.Role == "guest").Name),
        Acceleration = lab.Acceleration,
        MigrationTls = lab.Options.MigrationTls,
        MigrationsAtOnce = lab.Options.MigrationsAtOnce,
        MigrationsInCluster = lab.Options.MigrationsAtOnce,
        MigrationFirstPauseMs = lab.Options.MigrationFirstPauseMs,
        MemoryMiB = lab.Options.HostMemoryMiB,
        Cpus = lab.Options.Balancing ? 1 : null,
        Balancing = lab.Options.Balancing ? new() : null,
        Watchdog = lab.Options.Watchdog ? "/run/holdfast/watchdog" : null,
    };

    private static AgentFence Fenced(string name, string device, bool cutsPath) =>
        new(name, "fence_lab", new SortedDictionary<string, string>(StringComparer.Ordinal) { ["device"] = $"/holdfast/device/{device}" }, cutsPath);

    private static SortedDictionary<string, string> Addresses(LabState lab, string host)
    {
        var addresses = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var network in lab.Options.Networks)
        {
            addresses[network.Name] = lab.Address(host, network);
        }

        return addresses;
    }
}

/// <summary>Quick enough to be watched: a real cluster waits longer.</summary>
internal sealed record AgentBalancing
{
    public string Mode { get; init; } = "automatic";
    public double HotPercent { get; init; } = 80;
    public double CoolPercent { get; init; } = 70;
    public double HoldSeconds { get; init; } = 10;
    public double CoolDownMinutes { get; init; } = 10;
}

internal sealed record AgentNetwork(string Name, string Role, string Address, string Interface);

internal sealed record AgentPeer(string Name, int Slot, IReadOnlyDictionary<string, string> Addresses);

internal sealed record AgentEtcd(IReadOnlyList<string> Members)
{
    public int ClientPort { get; init; } = 2379;
    public int PeerPort { get; init; } = 2380;
    public string DataDirectory { get; init; } = "/var/lib/holdfast/etcd";
}

/// <param name="CutsPath">The lab's switch also ends the host's connections at the store (<see cref="Supervision.StorePath"/>).</param>
internal sealed record AgentFence(string Name, string Agent, IReadOnlyDictionary<string, string> Options, bool CutsPath);
