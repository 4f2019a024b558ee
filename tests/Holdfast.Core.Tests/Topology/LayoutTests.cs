using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Topology;

public sealed class LayoutTests
{
    [Fact]
    public void Without_a_declaration_each_network_is_one_switch_of_its_name_and_the_datastore_hangs_on_the_storage_network()
    {
        var layout = new Plant { Devices = true, Addresses = ["10.0.0.1", "10.0.0.2"] }.Layout;
        string[] expected =
        [
            "switch:cluster", "switch:guest", "switch:migration", "switch:storage", "network:cluster", "network:guest", "network:migration", "network:storage", "host:h1", "host:h2", "host:h3",
            "link:gold/storage", "link:h1/cluster", "link:h1/guest", "link:h1/migration", "link:h1/storage", "link:h2/cluster", "link:h2/guest", "link:h2/migration", "link:h2/storage",
            "link:h3/cluster", "link:h3/guest", "link:h3/migration", "link:h3/storage", "datastore:gold", "fence:h1/power", "fence:h2/power", "fence:h3/power", "etcd:h1", "etcd:h2", "etcd:h3",
            "address:10.0.0.1", "address:10.0.0.2",
        ];
        Assert.Equal(expected, layout.Components.Select(c => c.Id.ToString()));
        Assert.Equal(Confidence.Inferred, Of(layout, "switch:cluster").Confidence);
        Assert.Equal(Confidence.Seen, Of(layout, "link:h1/cluster").Confidence);
        Assert.Equal(Confidence.Inferred, Of(layout, "link:gold/storage").Confidence);
        Assert.Contains(new(ComponentId.Parse("link:h2/guest")!.Value, ComponentId.Parse("switch:guest")!.Value, EdgeRole.Plugged, Confidence.Inferred, "guest"), layout.Edges);
    }

    [Fact]
    public void A_host_that_is_off_meets_nobody_and_its_etcd_member_is_gone()
    {
        var wiring = After(new Plant(), "host:h2");
        Assert.Equal(0b101UL, wiring.On);
        Assert.Equal(0b100UL, wiring.Meets(0, slot: 0));
        Assert.Equal(0b101UL, wiring.Stores[0]);
        Assert.Equal(0b101UL, wiring.Quorum);
    }

    [Fact]
    public void A_dead_switch_takes_its_network_from_everybody_and_no_other_one()
    {
        var wiring = After(new Plant(), "switch:cluster");
        Assert.Equal(0UL, wiring.Meets(0, slot: 0));
        Assert.Equal(0b110UL, wiring.Meets(2, slot: 0));
        Assert.Equal(0b111UL, wiring.Stores[0]);
        Assert.Equal(0UL, wiring.Quorum);
        Assert.False(wiring.Carrier(0, host: 0));
    }

    [Fact]
    public void The_storage_is_lost_with_its_network_its_own_cable_or_itself()
    {
        Assert.All(["switch:storage", "network:storage", "link:gold/storage", "datastore:gold"], what => Assert.Equal(0UL, After(new Plant(), what).Stores[0]));
        Assert.Equal(0b110UL, After(new Plant(), "link:h1/storage").Stores[0]);
        Assert.Equal(0b110UL, After(new Plant(), "link:gold/storage").Meets(2, slot: 0));
    }

    [Fact]
    public void A_declared_datastore_on_no_network_is_reached_whatever_switch_dies()
    {
        var plant = new Plant { Declared = """{ "datastores": [{ "name": "gold", "networks": [] }] }""" };
        Assert.Equal(0b111UL, After(plant, "switch:storage", "switch:cluster").Stores[0]);
        Assert.Equal(0b110UL, After(plant, "host:h1").Stores[0]);
    }

    private const string TwoSwitches = """
        {
          "switches": [{ "name": "sw1" }, { "name": "sw2" }],
          "networks": [{ "name": "cluster", "switches": ["sw1", "sw2"] }, { "name": "storage", "switches": ["sw1"] }]
        }
        """;

    [Fact]
    public void A_bond_with_a_member_in_each_of_two_switches_carries_the_network_when_one_dies()
    {
        var plant = new Plant { Declared = TwoSwitches };
        Assert.Equal(0b110UL, After(plant, "switch:sw1").Meets(0, slot: 0));
        Assert.Equal(0UL, After(plant, "switch:sw1").Meets(2, slot: 0));
        Assert.Equal(0UL, After(plant, "switch:sw1", "switch:sw2").Meets(0, slot: 0));
        Assert.Equal(0b110UL, After(plant, "nic:h1/cluster/sw1").Meets(0, slot: 0));
    }

    [Fact]
    public void Two_hosts_whose_last_cables_are_in_different_switches_meet_only_over_a_trunk()
    {
        string[] cut = ["nic:h1/cluster/sw1", "nic:h2/cluster/sw2"];
        Assert.Equal(0b100UL, After(new Plant { Declared = TwoSwitches }, cut).Meets(0, slot: 0));
        var joined = new Plant { Declared = TwoSwitches.Insert(TwoSwitches.LastIndexOf('}'), """, "trunks": [{ "one": "sw2", "other": "sw1" }] """) };
        Assert.Equal(0b110UL, After(joined, cut).Meets(0, slot: 0));
        Assert.Equal(0b100UL, After(joined, [.. cut, "trunk:sw1-sw2"]).Meets(0, slot: 0));
    }

    [Fact]
    public void What_has_two_power_strips_stays_up_with_one_and_a_site_takes_everything()
    {
        var plant = new Plant
        {
            Declared = """
                {
                  "sites": [{ "name": "cellar" }],
                  "strips": [{ "name": "p1", "site": "cellar" }, { "name": "p2", "site": "cellar" }],
                  "stacks": [{ "name": "core" }],
                  "switches": [{ "name": "cluster", "strips": ["p1"], "stack": "core" }],
                  "hosts": [{ "name": "h1", "strips": ["p1", "p2"] }, { "name": "h2", "strips": ["p1"] }]
                }
                """,
        };
        Assert.Equal(0b101UL, After(plant, "strip:p1").On);
        Assert.Equal(0UL, After(plant, "strip:p1").Meets(0, slot: 0));
        Assert.Equal(0b100UL, After(plant, "site:cellar").On);
        Assert.Equal(0UL, After(plant, "stack:core").Meets(0, slot: 0));
        Assert.Equal(0b111UL, After(plant, "stack:core").On);
    }

    [Fact]
    public void A_card_takes_every_link_on_it()
    {
        var plant = new Plant
        {
            Declared = """
                {
                  "links": [
                    { "of": "h1", "network": "cluster", "members": [{ "nic": "eno1", "switch": "cluster", "card": "c1" }] },
                    { "of": "h1", "network": "storage", "members": [{ "nic": "eno2", "switch": "storage", "card": "c1" }] }
                  ]
                }
                """,
        };
        var wiring = After(plant, "card:h1/c1");
        Assert.Equal((0UL, 0UL, 0b110UL), (wiring.Meets(0, slot: 0), wiring.Meets(2, slot: 0), wiring.Meets(1, slot: 0)));
        Assert.Equal(0b110UL, wiring.Stores[0]);
    }

    [Fact]
    public void A_fence_device_is_asked_over_its_network_only_where_one_is_declared()
    {
        Assert.True(After(new Plant { Devices = true }, "switch:cluster").AsksDevice(0, host: 1, level: 0));
        Assert.False(After(new Plant { Devices = true }, "fence:h2/power").AsksDevice(0, host: 1, level: 0));
        var plant = new Plant { Devices = true, Declared = """{ "fences": [{ "host": "h2", "device": "power", "network": "cluster", "switch": "cluster" }] }""" };
        Assert.True(After(plant).AsksDevice(0, host: 1, level: 0));
        Assert.False(After(plant, "switch:cluster").AsksDevice(0, host: 1, level: 0));
        Assert.False(After(plant, "link:h1/cluster").AsksDevice(0, host: 1, level: 0));
    }

    [Fact]
    public void A_member_of_etcd_on_the_smaller_side_has_no_quorum()
    {
        var wiring = After(new Plant { Hosts = 4 }, "link:h1/cluster");
        Assert.Equal(0b1110UL, wiring.Quorum);
    }

    [Fact]
    public void What_names_no_component_is_refused_with_the_names_that_there_are()
    {
        var layout = new Plant().Layout;
        Assert.Null(layout.Find(["switch:cluster", "host:h2"]).Refusal);
        Assert.Equal("'h2' is no component; name it as KIND:NAME, like host:h1, with one of the kinds site, strip, stack, switch, trunk, network, host, card, nic, link, datastore, fence, etcd, address.", layout.Find(["h2"]).Refusal);
        Assert.Equal("The topology has no switch:sw9; of that kind it has cluster, guest, migration, storage ('holdfast topology show').", layout.Find(["switch:sw9"]).Refusal);
        Assert.Equal("The topology has no strip:p1; it has none of that kind ('holdfast topology show').", layout.Find(["strip:p1"]).Refusal);
    }

    private static Component Of(Layout layout, string id) => layout.Components.Single(c => c.Id.ToString() == id);

    private static Wiring After(Plant plant, params string[] down)
    {
        var layout = plant.Layout;
        return new(layout, layout.Find(down).Found.Select(layout.IndexOf));
    }
}
