using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;
using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Topology;

public sealed class WhatIfTests
{
    /// <summary>The datastore is reached over something that none of the networks is.</summary>
    private const string StoreApart = """{ "datastores": [{ "name": "gold", "networks": [] }] }""";
    private static readonly string[] AllOfH1 = ["link:h1/cluster", "link:h1/migration", "link:h1/storage", "link:h1/guest"];

    [Fact]
    public void A_dead_host_whose_silence_proves_its_death_loses_its_machines_to_the_host_with_the_most_room()
    {
        var plant = new Plant { Watchdog = WatchdogClass.Software }.Machine("one", 1).Machine("two", 2);
        var what = Ask(plant, "host:h2");
        Assert.Equal(["one unaffected h1", "two restarted h1"], Lines(what));
        Assert.Equal("the silence of h2 on datastore gold proves that its right there is over (at the latest after 15.5 s)", what.Machines[1].Reason);
        Assert.Equal((Verdict.Connected, "down"), (what.Verdict, what.Hosts[1].State));
        Assert.Contains("etcd:h2", what.Down.Select(d => d.ToString()));
    }

    [Fact]
    public void Without_watchdog_and_device_nobody_can_prove_the_death_and_the_machine_waits_for_a_person()
    {
        var plant = new Plant().Machine("two", 2);
        var what = Ask(plant, "host:h2");
        Assert.Equal(["two pending -"], Lines(what));
        Assert.Equal(
            "nobody can prove that h2 is dead: it has no fence device, and silence proves nothing, as it has no tested watchdog; 'holdfast host confirm-dead h2' would", what.Machines[0].Reason);
    }

    [Fact]
    public void A_fence_device_proves_the_death_unless_it_dies_too_or_is_asked_over_what_is_dead()
    {
        var plant = new Plant { Devices = true }.Machine("two", 2);
        Assert.Equal(["two restarted h1"], Lines(Ask(plant, "host:h2")));
        Assert.StartsWith("h1 has h2 switched off by its power", Ask(plant, "host:h2").Machines[0].Reason, StringComparison.Ordinal);
        Assert.Equal("down", Ask(plant, "host:h2").Hosts[1].State);
        Assert.Equal(["two pending -"], Lines(Ask(plant, "host:h2", "fence:h2/power")));
        var over = new Plant { Devices = true, Declared = """{ "fences": [{ "host": "h2", "device": "power", "network": "cluster", "switch": "cluster" }] }""" }.Machine("two", 2);
        Assert.Equal(["two pending -"], Lines(Ask(over, "host:h2", "switch:cluster")));
    }

    [Fact]
    public void An_infinite_drain_leaves_only_a_device_that_cuts_the_path()
    {
        Plant With(bool cuts) => new Plant { Devices = true, DeviceCutsPath = cuts, Watchdog = WatchdogClass.Hardware, Drain = TimingPlan.Infinite }.Machine("two", 2);
        var waits = Ask(With(false), "host:h2");
        Assert.Equal(["two pending -"], Lines(waits));
        Assert.Contains(
            "that its fence device confirms off is not enough, as the drain of datastore gold is infinite, and silence proves nothing, as the drain of datastore gold is infinite", waits.Machines[0].Reason, StringComparison.Ordinal);
        Assert.Equal(["two restarted h1"], Lines(Ask(With(true), "host:h2")));
    }

    [Fact]
    public void Machines_go_by_priority_as_far_as_the_room_lasts()
    {
        var plant = new Plant { Watchdog = WatchdogClass.Software, FreeMiB = 150 }.Machine("a", 2).Machine("b", 2, priority: 5).Machine("c", 2);
        var what = Ask(plant, "host:h2");
        Assert.Equal(["a restarted h3", "b restarted h1", "c pending -"], Lines(what));
        Assert.Equal("h2 is dead, and no host with datastore gold has room for 100 MiB", what.Machines[2].Reason);
    }

    [Fact]
    public void A_dead_cluster_switch_stops_nothing()
    {
        var plant = new Plant { Watchdog = WatchdogClass.Software, Devices = true }.Machine("one", 1).Machine("two", 2);
        var what = Ask(plant, "switch:cluster");
        Assert.Equal(["one redundancy-lost h1", "two redundancy-lost h2"], Lines(what));
        Assert.Equal("it runs on without switch:cluster; h1 has no quorum of etcd: what runs goes on, and nothing can be changed there", what.Machines[0].Reason);
        Assert.Equal(Verdict.Connected, what.Verdict);
        Assert.All(what.Hosts, h => Assert.Equal(("up", 8), (h.State, h.Row!.Number)));
    }

    [Fact]
    public void A_datastore_that_nobody_has_pauses_its_machines_and_restarts_none()
    {
        var plant = new Plant { Watchdog = WatchdogClass.Software, Devices = true, Datastores = ["gold", "tin"], Declared = """{ "datastores": [{ "name": "tin", "networks": [] }] }""" }
            .Machine("one", 1).Machine("other", 1, datastore: "tin");
        var what = Ask(plant, "switch:storage");
        Assert.Equal(["one paused h1", "other redundancy-lost h1"], Lines(what));
        Assert.Equal("no host has datastore gold", what.Machines[0].Reason);
        Assert.All(what.Hosts, h => Assert.Equal(4, h.Row!.Number));
        Assert.Equal(["one paused h1", "other unaffected h1"], Lines(Ask(plant, "datastore:gold")));
    }

    [Fact]
    public void A_host_that_alone_has_lost_the_storage_gives_its_machines_over()
    {
        var plant = new Plant().Machine("one", 1);
        var what = Ask(plant, "link:h1/storage");
        Assert.Equal(["one restarted h2"], Lines(what));
        Assert.Equal("h1 has lost datastore gold and gives it over after 30 s, as h2 has a place for it", what.Machines[0].Reason);
        Assert.Equal(("up", 5), (what.Hosts[0].State, what.Hosts[0].Row!.Number));

        var full = new Plant { FreeMiB = 50 }.Machine("one", 1);
        Assert.Equal(["one paused h1"], Lines(Ask(full, "link:h1/storage")));
        var endless = new Plant { Drain = TimingPlan.Infinite }.Machine("one", 1);
        Assert.Equal(["one paused h1"], Lines(Ask(endless, "link:h1/storage")));
    }

    [Fact]
    public void A_dead_guest_switch_leaves_the_machines_running_where_nobody_reaches_them()
    {
        var plant = new Plant().Machine("one", 1);
        var what = Ask(plant, "switch:guest");
        Assert.Equal(["one unreachable h1"], Lines(what));
        Assert.All(what.Hosts, h => Assert.Equal(11, h.Row!.Number));
    }

    [Fact]
    public void A_host_that_alone_has_lost_the_guest_network_moves_its_machines_live_where_there_is_room()
    {
        var plant = new Plant().Machine("one", 1);
        var what = Ask(plant, "link:h1/guest");
        Assert.Equal(["one moved h2"], Lines(what));
        Assert.Equal(10, what.Hosts[0].Row!.Number);
        Assert.Equal(["one unreachable h1"], Lines(Ask(plant, "link:h1/guest", "switch:migration")));
        var full = new Plant { FreeMiB = 50 }.Machine("one", 1);
        Assert.Equal(["one unreachable h1"], Lines(Ask(full, "link:h1/guest")));
    }

    [Fact]
    public void An_isolated_host_releases_what_may_be_released_and_keeps_the_rest()
    {
        var plant = new Plant { Devices = true, Watchdog = WatchdogClass.Software, Declared = StoreApart }
            .Machine("free", 1).Machine("kept", 1, onIsolation: IsolationResponse.Keep);
        var what = Ask(plant, AllOfH1);
        Assert.Equal(["free restarted h2", "kept unreachable h1"], Lines(what));
        Assert.Equal(("up", Verdict.Isolated, 6), (what.Hosts[0].State, what.Hosts[0].Verdict!.Value, what.Hosts[0].Row!.Number));
        Assert.Equal(Verdict.PartitionMajority, what.Verdict);
    }

    [Fact]
    public void A_host_that_has_lost_everything_is_switched_off_where_there_is_a_device_and_proven_over_by_time_where_there_is_a_watchdog()
    {
        var devices = new Plant { Devices = true }.Machine("one", 1);
        Assert.Equal(["one restarted h2"], Lines(Ask(devices, AllOfH1)));
        Assert.Equal("fenced", Ask(devices, AllOfH1).Hosts[0].State);
        var watchdog = new Plant { Watchdog = WatchdogClass.Software }.Machine("one", 1);
        Assert.Equal(["one restarted h2"], Lines(Ask(watchdog, AllOfH1)));
        Assert.Equal("up", Ask(watchdog, AllOfH1).Hosts[0].State);
        var neither = new Plant().Machine("one", 1);
        Assert.Equal(["one paused h1"], Lines(Ask(neither, AllOfH1)));
    }

    [Fact]
    public void A_host_that_is_silent_for_the_majority_and_reached_by_the_other_part_is_not_switched_off()
    {
        string Left(string host) => $$"""{ "of": "{{host}}", "network": "cluster", "members": [{ "nic": "a", "switch": "left" }] }""";
        var plant = new Plant
        {
            Hosts = 5,
            Devices = true,
            Networks = [Plant.Net("cluster", NetworkRoles.Cluster), Plant.Net("storage", NetworkRoles.Storage) with { Beats = false }],
            Declared = $$"""
                { "switches": [{ "name": "left" }, { "name": "right" }], "trunks": [{ "one": "left", "other": "right" }],
                  "networks": [{ "name": "cluster", "switches": ["right"] }, { "name": "storage", "switches": ["left"] }],
                  "links": [{{Left("h1")}}, {{Left("h2")}}, {{Left("h3")}}] }
                """,
        }.Machine("one", 5);
        var reached = Ask(plant, "trunk:left-right", "link:h5/storage");
        Assert.Equal(("up", Verdict.PartitionMajority), (reached.Hosts[4].State, reached.Verdict));
        Assert.Equal(["one restarted h1"], Lines(reached));
        Assert.Equal("fenced", Ask(plant, "trunk:left-right", "link:h5/storage", "link:h5/cluster").Hosts[4].State);
    }

    [Fact]
    public void All_networks_dead_is_the_network_and_nobody_is_fenced_for_it()
    {
        var plant = new Plant { Devices = true, Watchdog = WatchdogClass.Software, Declared = StoreApart }.Machine("one", 1);
        var what = Ask(plant, "switch:cluster", "switch:migration", "switch:storage", "switch:guest");
        Assert.Equal(Verdict.NetworkDead, what.Verdict);
        Assert.Equal(["one unreachable h1"], Lines(what));
        Assert.All(what.Hosts, h => Assert.Equal(("up", 8), (h.State, h.Row!.Number)));
    }

    [Fact]
    public void A_drained_or_disarmed_host_takes_nothing()
    {
        var facts = new Plant { Watchdog = WatchdogClass.Software }.Machine("two", 2).Facts;
        Assert.Equal(["two restarted h1"], After(facts, h => h, "host:h2"));
        Assert.Equal(["two restarted h3"], After(facts, h => h with { Draining = true }, "host:h2"));
        Assert.Equal(["two restarted h3"], After(facts, h => h with { Disarmed = true }, "host:h2"));
        Assert.Equal(["two pending -"], After(facts with { Hosts = facts.Hosts.SetItem(2, facts.Hosts[2] with { Disarmed = true }) }, h => h with { Disarmed = true }, "host:h2"));
    }

    [Fact]
    public void What_is_known_to_be_down_already_is_down_in_every_answer()
    {
        var facts = new Plant { Devices = true }.Machine("two", 2).Facts;
        Assert.Equal(["two restarted h3"], After(facts, h => h with { Alive = false }, "host:h2"));
        Assert.Equal(["two restarted h3"], After(facts, h => h with { Links = h.Links.Add("storage", new(Carrier: false, 1500)) }, "host:h2"));
        var broken = facts with { Hosts = facts.Hosts.SetItem(1, facts.Hosts[1] with { FailedFences = ["power"] }) };
        Assert.Equal(["two pending -"], After(broken, h => h, "host:h2"));
    }

    /// <summary>With one change to h1.</summary>
    private static IEnumerable<string> After(ClusterFacts facts, Func<HostFacts, HostFacts> h1, string down)
    {
        var layout = Layout.Of(facts with { Hosts = facts.Hosts.SetItem(0, h1(facts.Hosts[0])) }, Declaration.Empty);
        return Lines(WhatIf.Of(layout, layout.Find([down]).Found));
    }

    [Fact]
    public void Nothing_down_changes_nothing()
    {
        var plant = new Plant { Devices = true }.Machine("one", 1).Machine("two", 2);
        var what = Ask(plant);
        Assert.Equal(["one unaffected h1", "two unaffected h2"], Lines(what));
        Assert.All(what.Hosts, h => Assert.Equal(13, h.Row!.Number));
        Assert.Empty(what.Down);
    }

    private static WhatIf Ask(Plant plant, params string[] down)
    {
        var layout = plant.Layout;
        var (found, refusal) = layout.Find(down);
        Assert.Null(refusal);
        return WhatIf.Of(layout, found);
    }

    private static IEnumerable<string> Lines(WhatIf what) => what.Machines.Select(m => $"{m.Machine.Name} {Fate.Word(m.Outcome)} {(m.Host is { } slot ? $"h{slot + 1}" : "-")}");
}
