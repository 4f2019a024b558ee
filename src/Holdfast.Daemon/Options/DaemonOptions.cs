using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Api;
using Holdfast.Certificates;
using Holdfast.Core.Balancing;
using Holdfast.Core.Model;

namespace Holdfast.Daemon.Options;

/// <summary>The configuration file of one host (JSON). Everything is checked at the start by <see cref="OptionsReader"/>.</summary>
internal sealed record DaemonOptions
{
    public string Cluster { get; set; } = "";

    public Guid ClusterId { get; set; }

    public string Host { get; set; } = "";

    /// <summary>This host's slot in every lease area.</summary>
    public int Slot { get; set; } = -1;

    public string SecretFile { get; set; } = "/etc/holdfast/secret";

    public string StateDirectory { get; set; } = "/var/lib/holdfast";

    public string Socket { get; set; } = Routes.DefaultSocket;

    /// <summary>Address and port of the API on the cluster network; null: on the socket only.</summary>
    public string? Listen { get; set; }

    /// <summary>What listens there speaks TLS, and agents know each other by their certificates (docs/adr/0023). The same on every host.</summary>
    public bool Tls { get; set; } = true;

    /// <summary>Where this host's certificate and the cluster's authority are.</summary>
    public string TlsDirectory { get; set; } = HostCertificate.AgentDirectory;

    /// <summary>The address that a client gives to reach this host's agent; null: it has none.</summary>
    [JsonIgnore]
    public Uri? Api => Listen is { } listen ? new($"{(Tls ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{listen}") : null;

    /// <summary>"viewer": whoever reaches <see cref="Listen"/> may read without a token; null: nobody may anything without one (docs/adr/0020).</summary>
    public string? Anonymous { get; set; }

    /// <summary>MiB of audit log that this host keeps.</summary>
    public int AuditMiB { get; set; } = 1024;

    public int HeartbeatPort { get; set; } = 8421;

    public int PeerPort { get; set; } = 8422;

    /// <summary>Timing profile: fast, standard or san.</summary>
    public string Profile { get; set; } = "standard";

    public NetworkOptions[] Networks { get; set; } = [];

    /// <summary>Networks that may carry migrations when no migration network is good, the preferred first.</summary>
    public string[] MigrationFallback { get; set; } = [];

    /// <summary>MiB/s that a migration may take of a network that has other work as well; 0: all.</summary>
    public int MigrationSharedMiB { get; set; } = 64;

    /// <summary>Milliseconds that a migration's pause is planned for at first; null: 30 with KVM, 300 with TCG, whose guests QEMU before 9.0 breaks by short ones (docs/adr/0016, 0017).</summary>
    public int? MigrationFirstPauseMs { get; set; }

    /// <summary>What a migration sends is encrypted (QEMU's TLS). The same on every host.</summary>
    public bool MigrationTls { get; set; } = true;

    /// <summary>Machines that leave this host live at once, and that go from here to a host which as many go to already; the others wait for their turn.</summary>
    public int MigrationsAtOnce { get; set; } = 2;

    /// <summary>Machines that move live in the whole cluster at once; those from here wait while there are so many.</summary>
    public int MigrationsInCluster { get; set; } = 8;

    /// <summary>Addresses of devices that are no hosts (routers, switches), pinged as evidence; none, or several.</summary>
    public string[] IsolationAddresses { get; set; } = [];

    public PeerOptions[] Hosts { get; set; } = [];

    public EtcdSection? Etcd { get; set; }

    public string LibvirtUri { get; set; } = "qemu:///system";

    public string GuardSocket { get; set; } = "/run/holdfast/guard.sock";

    /// <summary>The fence devices of all hosts, in the order in which they are tried.</summary>
    public FenceSection[] Fence { get; set; } = [];

    /// <summary>No more hosts than these are fenced within one ttl; null: fewer than half of all.</summary>
    public int? MostFencings { get; set; }

    public bool FastShot { get; set; }

    /// <summary>What people know of the cluster and no host can see (switches, power strips, sites), for what-if; where there is no such file nothing is declared. Read anew with each question.</summary>
    public string TopologyFile { get; set; } = "/etc/holdfast/topology.json";

    /// <summary>Bridge of the guest network.</summary>
    public string? Bridge { get; set; }

    /// <summary>Directory with kernel and initrd that machines without an image of their own boot (the lab's guest); null: none.</summary>
    public string? GuestImage { get; set; }

    /// <summary>"tcg" or "kvm".</summary>
    public string Acceleration { get; set; } = "kvm";

    /// <summary>Memory for machines on this host; null: what the kernel calls available.</summary>
    public int? MemoryMiB { get; set; }

    /// <summary>Processors for machines on this host; null: all that the kernel has, shared with all other work.</summary>
    public int? Cpus { get; set; }

    /// <summary>What is done when a host is short of processors. The same on every host.</summary>
    public BalancingSection Balancing { get; set; } = new();

    /// <summary>Watchdog device that the guard pets, or null.</summary>
    public string? Watchdog { get; set; }

    /// <summary>An administrator's word that silence may prove death although a host has no watchdog (DESIGN §4).</summary>
    public bool TimingOnly { get; set; }

    /// <summary>Those that may carry migrations, the preferred first: the migration networks (without one, the cluster network), then the fallbacks.</summary>
    [JsonIgnore]
    public IEnumerable<NetworkOptions> MigrationNetworks =>
        Networks.Where(n => n.Has(Networks.Any(m => m.Has("migration")) ? "migration" : "cluster")).Concat(MigrationFallback.Select(f => Networks.First(n => n.Name == f))).Distinct();
}

/// <param name="Role">cluster, migration, storage or guest; several separated by commas.</param>
/// <param name="Address">This host's address there; empty for a guest network on which the hosts have none.</param>
internal sealed record NetworkOptions(string Name, string Role, string Address, string? Interface = null)
{
    public bool Has(string role) => Role.Split(',', StringSplitOptions.TrimEntries).Contains(role, StringComparer.Ordinal);

    public NetworkRoles Roles => Enum.GetValues<NetworkRoles>().Where(r => Has(r.ToString().ToLowerInvariant())).Aggregate(NetworkRoles.None, (all, r) => all | r);
}

internal sealed record PeerOptions(string Name, int Slot, Dictionary<string, string> Addresses);

internal sealed record EtcdSection
{
    public string[] Members { get; set; } = [];

    public int ClientPort { get; set; } = 2379;

    public int PeerPort { get; set; } = 2380;

    public string? DataDirectory { get; set; }
}

/// <summary>docs/operations/balancing.md.</summary>
internal sealed record BalancingSection
{
    /// <summary>off, recommend or automatic.</summary>
    public string Mode { get; set; } = "off";

    /// <summary>A host whose work wants more of its processors than this is hot …</summary>
    public double HotPercent { get; set; } = BalancerSettings.Default.HotShare * 100;

    /// <summary>… and no host is brought above this by a move.</summary>
    public double CoolPercent { get; set; } = BalancerSettings.Default.CoolShare * 100;

    /// <summary>A host is hot for so long before a machine of it moves.</summary>
    public double HoldSeconds { get; set; } = BalancerSettings.Default.Hold.TotalSeconds;

    /// <summary>A machine that has moved stays for so long.</summary>
    public double CoolDownMinutes { get; set; } = BalancerSettings.Default.CoolDown.TotalMinutes;

    [JsonIgnore]
    public BalancingSettings Settings => new(
        Enum.Parse<BalanceMode>(Mode, ignoreCase: true),
        BalancerSettings.Default with
        {
            HotShare = HotPercent / 100,
            CoolShare = CoolPercent / 100,
            Hold = TimeSpan.FromSeconds(HoldSeconds),
            CoolDown = TimeSpan.FromMinutes(CoolDownMinutes),
            MovesPerRound = MostMoves,
        });

    /// <summary>One host's plan is made anew with every round, and has no use for more.</summary>
    private const int MostMoves = 8;
}

/// <summary>One level of fencing: a kind of device, and what differs from host to host.</summary>
internal sealed record FenceSection
{
    /// <summary>For people; empty: the agent's name.</summary>
    public string Name { get; set; } = "";

    public string Agent { get; set; } = "";

    /// <summary>Options of the agent for every host; <c>{host}</c> in a value is the host's name.</summary>
    public Dictionary<string, string> Options { get; set; } = [];

    /// <summary>By host, options that it has besides or instead.</summary>
    public Dictionary<string, Dictionary<string, string>> Hosts { get; set; } = [];

    /// <summary>Hosts without such a device.</summary>
    public string[] Except { get; set; } = [];

    /// <summary>The device's off also cuts the path to the datastores.</summary>
    public bool CutsPath { get; set; }

    public double LimitSeconds { get; set; } = 20;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true)]
[JsonSerializable(typeof(DaemonOptions))]
internal sealed partial class OptionsJson : JsonSerializerContext;
