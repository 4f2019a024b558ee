using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Topology;

/// <summary>A cluster of hosts h1, h2, … with the networks cluster, migration, storage and guest, and the datastore gold, that tests change before they ask.</summary>
internal sealed class Plant
{
    private readonly List<MachineFacts> machines = [];

    public int Hosts { get; init; } = 3;

    public WatchdogClass Watchdog { get; init; } = WatchdogClass.None;

    public bool Devices { get; init; }

    public bool DeviceCutsPath { get; init; }

    public int FreeMiB { get; init; } = 1000;

    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(4);

    public string[] Datastores { get; init; } = ["gold"];

    public int EtcdMembers { get; init; } = 3;

    public string Declared { get; init; } = "{}";

    public int? SharedPathMiB { get; init; }

    public string[] Addresses { get; init; } = [];

    public ImmutableArray<NetworkFacts> Networks { get; init; } = [Net("cluster", NetworkRoles.Cluster), Net("migration", NetworkRoles.Migration), Net("storage", NetworkRoles.Storage), Net("guest", NetworkRoles.Guest)];

    public static NetworkFacts Net(string name, NetworkRoles roles) => new(new(name, roles), Beats: true);

    /// <summary>A machine on host <paramref name="host"/> (1 is h1).</summary>
    public Plant Machine(string name, int host, int memoryMiB = 100, int priority = 0, IsolationResponse onIsolation = IsolationResponse.Release, string? datastore = null, string[]? addresses = null)
    {
        var id = new Guid(machines.Count + 1, 0, 0, new byte[8]);
        machines.Add(new(new(id, name, datastore ?? Datastores[0], memoryMiB, 1, priority, "52:54:00:00:00:01", [], OnIsolation: onIsolation) { Addresses = [.. addresses ?? []] }, host - 1));
        return this;
    }

    public ClusterFacts Facts => new(
        "test", TimingPlan.Fast, FastShot: false, Networks, [.. Networks.Where(n => n.Network.Has(NetworkRoles.Migration)).Select(n => n.Name)],
        [.. Enumerable.Range(0, Hosts).Select(Host)], [.. Datastores.Select(d => new DatastoreFacts(d, Drain))], [.. machines])
    {
        IsolationAddresses = [.. Addresses],
        SharedPathMiB = SharedPathMiB ?? 64,
    };

    public Layout Layout => Layout.Of(Facts, Declaration.Parse(Declared, Facts));

    private HostFacts Host(int slot) => new(
        slot, $"h{slot + 1}", [.. Networks.Select(n => n.Name)], Watchdog, FreeMiB, Devices ? [new FenceLevel("power", DeviceCutsPath)] : [], slot < EtcdMembers);
}
