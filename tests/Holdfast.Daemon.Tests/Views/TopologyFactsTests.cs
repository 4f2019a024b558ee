using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Adapters.Etcd;
using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;
using Holdfast.Core.Topology;
using Holdfast.Daemon.Options;
using Holdfast.Daemon.Views;

namespace Holdfast.Daemon.Tests.Views;

public sealed class TopologyFactsTests
{
    private static readonly DaemonOptions Options = new()
    {
        Cluster = "lab", Host = "h1", Slot = 0, Profile = "fast", IsolationAddresses = ["10.0.0.1", "10.0.0.2"], MigrationsAtOnce = 3,
        Networks = [new("cluster", "cluster", "10.0.0.11"), new("storage", "storage", "10.0.2.11"), new("guest", "guest", "")],
        Hosts = [Peer("h1", 0, "cluster", "storage"), Peer("h2", 1, "cluster", "storage"), Peer("h3", 2, "cluster")],
        Etcd = new() { Members = ["h1"] },
        Fence = [new() { Name = "board", Agent = "fence_ipmilan", Except = ["h3"], Hosts = new() { ["h1"] = new() { ["ip"] = "10.0.0.201" }, ["h2"] = new() { ["ip"] = "board-h2" } } }],
    };

    private static readonly HostSight Sight = new(
        [new("storage", "bond0.20", "802.3ad", SlowLacp: true, [new("eno1", Carrier: true, "0000:03:00", new("sw1", "00:aa", "Gi1/0/3", ["10.0.9.1"])), new("eno2", Carrier: false)], ["10.0.2.0/24"])],
        [new("shared", "nfs4", "10.0.2.50:/vol", ["storage"], []), new("gold", "gfs2", "/dev/mapper/mpatha", null, [new("sda", Works: true, "0000:0b:00")])], ["LLDP: lldpcli is not installed"])
    {
        Needs = [new("names", "10.0.0.53")],
    };

    private static readonly ImmutableSortedDictionary<string, HostSight> Sights = ImmutableSortedDictionary<string, HostSight>.Empty.Add("h1", Sight).Add("h2", HostSight.Empty with { Unknown = ["LLDP: lldpcli is not installed"] });

    private static readonly ImmutableArray<PeerView> Hosts =
    [
        Snapshots.Host("h1", 0) with { Watchdog = WatchdogClass.Software }, Snapshots.Host("h2", 1, free: 700) with { Draining = true }, Snapshots.Host("h3", 2, "suspect"),
    ];

    [Fact]
    public void Facts_are_what_configuration_tables_slots_and_kernels_say()
    {
        var (web, old) = (Snapshots.Definition("web"), Snapshots.Definition("old"));
        var facts = Of([Snapshots.Machine(web, "running", 1, 42, false), Snapshots.Machine(old, "stopped", -1, 3, false) with { Wanted = "stopped" }]);
        Assert.Equal(("lab", TimingPlan.Fast, 3, 64), (facts.Cluster, facts.Plan, facts.MovesAtOnce, facts.SharedPathMiB));
        Assert.Equal([("cluster", true), ("storage", true), ("guest", false)], facts.Networks.Select(n => (n.Name, n.Beats)));
        Assert.Equal(["cluster"], facts.MigrationNetworks);
        Assert.Equal(["cluster", "guest", "storage"], facts.Hosts[1].Networks);
        Assert.Equal(["cluster", "guest"], facts.Hosts[2].Networks);
        Assert.Equal([WatchdogClass.Software, WatchdogClass.None, WatchdogClass.None], facts.Hosts.Select(h => h.Watchdog));
        Assert.Equal([true, true, false], facts.Hosts.Select(h => h.Alive));
        Assert.Equal([false, true, false], facts.Hosts.Select(h => h.Draining));
        Assert.Equal([true, false, false], facts.Hosts.Select(h => h.EtcdMember));
        Assert.Equal([1, 1, 0], facts.Hosts.Select(h => h.Fences.Length));
        Assert.Equal([0, 1, 0], facts.Hosts.Select(h => h.FailedFences.Count));
        Assert.Equal(["board 10.0.0.201"], facts.Hosts.SelectMany(h => h.FenceAddresses.Select(f => $"{f.Key} {f.Value}")));
        Assert.Equal(700, facts.Hosts[1].FreeMemoryMiB);
        Assert.Equal(new BondState("802.3ad", 1, 2), facts.Hosts[0].Links["cluster"].Bond);
        Assert.Equal([new DatastoreFacts("shared", TimeSpan.FromSeconds(4))], facts.Datastores);
        Assert.Equal(("web", 1), (Assert.Single(facts.Machines).Name, facts.Machines[0].Host!.Value));
    }

    [Fact]
    public void A_disarmed_host_is_told_from_a_drained_one()
    {
        var snapshot = Snapshots.Of(Hosts) with
        {
            Disarmed = "an operator",
            Picture = new(0, [], [Picture(0, HeartbeatFlags.Leaving), Picture(1, HeartbeatFlags.Leaving | HeartbeatFlags.Draining), Picture(2, HeartbeatFlags.Leaving)]),
        };
        Assert.Equal([true, false, true], TopologyFacts.Of(snapshot, IntentView.Empty, Options, new() { Host = "h1" }, ImmutableSortedDictionary<string, HostSight>.Empty, []).Hosts.Select(h => h.Disarmed));
    }

    [Fact]
    public void What_a_host_sees_comes_through_the_API_as_it_was()
    {
        var report = JsonSerializer.Deserialize(JsonSerializer.Serialize(SightRows.Of(Sight, "h1"), ApiJson.Default.SightReport), ApiJson.Default.SightReport)!;
        Assert.Equal("h1", report.Host);
        Assert.Equivalent(Sight, SightRows.Of(report), strict: true);
    }

    [Fact]
    public void What_each_host_sees_is_in_the_topology_and_what_it_cannot_see_is_told()
    {
        var topology = WhatIfRows.Of(Layout.Of(Of([]), Declaration.Empty), "h1", declared: null);
        Assert.Contains(new TopologyComponent("nic:h1/storage/eno1", "nic", "h1/storage/eno1", "seen", "port Gi1/0/3 of sw1", "kernel of h1"), topology.Components);
        Assert.Contains(new TopologyComponent("switch:sw1", "switch", "sw1", "seen", null, "LLDP at h1"), topology.Components);
        Assert.Contains(new TopologyEdge("nic:h1/storage/eno1", "switch:sw1", "plugged", "seen", "storage"), topology.Edges);
        Assert.Equal(["h1: LLDP: lldpcli is not installed", "h2: LLDP: lldpcli is not installed", "h3: it has not said what it sees of its cables"], topology.Unknown);
    }

    [Fact]
    public void A_what_if_is_told_in_the_words_of_the_API()
    {
        var facts = Of([Snapshots.Machine(Snapshots.Definition("web"), "running", 0, 42, true)]);
        var layout = Layout.Of(facts with { Hosts = [.. facts.Hosts.Select(h => h with { Draining = false })] }, Declaration.Empty);
        var failed = layout.Find(["host:h1"]).Found;
        var report = WhatIfRows.Of(layout, WhatIf.Of(layout, failed), failed, "h1");
        Assert.Equal(["host:h1"], report.Failed);
        Assert.Equal("unknown", report.Verdict);
        Assert.Contains("etcd:h1", report.Down);
        Assert.Equal(["down", "up", "down"], report.Hosts.Select(h => h.State));
        var web = Assert.Single(report.Machines);
        Assert.Equal(("web", "restarted", "h2"), (web.Name, web.Outcome, web.Host));
        var topology = WhatIfRows.Of(layout, "h1", declared: null);
        Assert.Contains(new TopologyComponent("network:storage", "network", "storage", "seen", "storage", "configuration"), topology.Components);
        Assert.Contains(new TopologyEdge("link:h2/storage", "switch:storage", "plugged", "inferred", "storage"), topology.Edges);
    }

    private static ClusterFacts Of(ImmutableArray<MachineView> machines)
    {
        var snapshot = Snapshots.Of(Hosts, machines) with { FenceDevices = [new(1, 0, "board", "failed", "no answer", TimeSpan.Zero), new(0, 0, "board", "proven", null, TimeSpan.Zero)] };
        var networks = new NetworkReport { Host = "h1", Networks = [new("cluster", ["cluster"], [], [new("h1", Carrier: true, 1500, new("802.3ad", 1, 2))])] };
        return TopologyFacts.Of(snapshot, IntentView.Empty, Options, networks, Sights, DatastoreRows.Of(snapshot, IntentView.Empty, "fast"));
    }

    private static HostPicture Picture(int slot, HeartbeatFlags flags) => new(slot, $"h{slot + 1}", Presence.Alive, null, null, flags, true);

    private static PeerOptions Peer(string name, int slot, params string[] networks) => new(name, slot, networks.ToDictionary(n => n, n => $"10.0.{n.Length}.{slot + 11}"));
}
