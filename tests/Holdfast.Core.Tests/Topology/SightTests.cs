using System.Collections.Immutable;
using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Topology;

/// <summary>What hosts see, merged into the one graph.</summary>
public sealed class SightTests
{
    [Fact]
    public void A_bond_over_two_switches_that_LLDP_names_survives_one_of_them()
    {
        var layout = Of(Everyone("cluster", Member("eno1", "sw1"), Member("eno2", "sw2")));
        Assert.Equal((Confidence.Seen, "LLDP at h1"), Known(layout, "switch:sw1"));
        Assert.Equal((Confidence.Seen, "kernel of h2"), Known(layout, "nic:h2/cluster/eno2"));
        Assert.Equal(0b110UL, After(layout, "switch:sw1").Meets(0, slot: 0));
        Assert.Equal(0UL, After(layout, "switch:sw1", "switch:sw2").Meets(0, slot: 0));
        Assert.Equal(0b110UL, After(layout, "nic:h1/cluster/eno1").Meets(0, slot: 0));
    }

    [Fact]
    public void A_member_without_carrier_is_down_in_every_answer()
    {
        var layout = Of(Everyone("cluster", Member("eno1", "sw1"), Member("eno2", "sw2") with { Carrier = false }));
        Assert.Equal(0b110UL, After(layout).Meets(0, slot: 0));
        Assert.Equal(0UL, After(layout, "switch:sw1").Meets(0, slot: 0));
    }

    [Fact]
    public void Both_members_in_one_switch_are_a_trap_when_LLDP_tells_so_and_none_when_nobody_does()
    {
        Assert.Equal(
            ["bond: All members of the bond h1/cluster are in switch:sw1: it survives a cable, not the switch. Plug one into another switch."],
            TrapsOf(Of(h => h == 1 ? [Link("cluster", Member("eno1", "sw1"), Member("eno2", "sw1"))] : [])));
        Assert.Empty(TrapsOf(Of(h => h == 1 ? [Link("cluster", Member("eno1"), Member("eno2"))] : [])));
    }

    [Fact]
    public void Switches_that_are_seen_on_one_network_are_taken_to_be_joined_by_one_thing()
    {
        var layout = Of(h => h < 3 ? [Link("cluster", Member("eno1", $"sw{h}"))] : []);
        Assert.Equal(0b110UL, After(layout).Meets(0, slot: 0));
        Assert.Equal((Confidence.Inferred, "nothing says otherwise"), Known(layout, "trunk:cluster-sw1"));
        Assert.Equal(0b100UL, After(layout, "switch:sw1").Meets(0, slot: 1));
        Assert.Equal(0UL, After(layout, "switch:cluster").Meets(0, slot: 0));

        // What joins them for one network joins them for no other.
        var two = Of(h => h < 3 ? [Link("cluster", Member("eno1", $"sw{h}")), Link("guest", Member("eno2", $"sw{h}"))] : []);
        Assert.Equal((0UL, 0b110UL), (After(two, "trunk:cluster-sw1").Meets(0, slot: 0), After(two, "trunk:cluster-sw1").Meets(3, slot: 0)));
    }

    [Fact]
    public void Declared_trunks_make_that_needless()
    {
        var layout = Of(Everyone("cluster", Member("eno1", "sw1.example.org"), Member("eno2", "00:02")), """
            { "stacks": [{ "name": "core" }], "switches": [{ "name": "sw1" }, { "name": "right", "lldp": "00:02", "stack": "core" }], "trunks": [{ "one": "right", "other": "sw1" }] }
            """);
        Assert.Equal((Confidence.Declared, "topology file"), Known(layout, "switch:right"));
        Assert.DoesNotContain(layout.Components, c => c.Id.ToString() is "switch:cluster" or "switch:sw1.example.org");
        Assert.False(After(layout, "stack:core").IsUp(layout.IndexOf(ComponentId.Parse("switch:right")!.Value)));
    }

    [Fact]
    public void Two_networks_on_one_card_are_a_trap()
    {
        var layout = Of(h => h == 1 ? [Link("cluster", Member("eno1") with { Card = "0000:03:00" }), Link("storage", Member("eno2") with { Card = "0000:03:00" })] : []);
        Assert.Equal((Confidence.Seen, "kernel of h1"), Known(layout, "card:h1/0000:03:00"));
        Assert.Equal(["together: The networks cluster and storage are all on card:h1/0000:03:00: one failure takes them away together. Put them on separate ones."], TrapsOf(layout));
    }

    [Fact]
    public void Two_networks_on_one_cable_are_a_trap_and_on_a_bond_of_two_cards_they_are_none()
    {
        var layout = Of(h => h == 1 ? [Link("cluster", Member("eno1")), Link("storage", Member("eno1"))] : []);
        Assert.Equal(["together: The networks cluster and storage are all on card:h1/eno1: one failure takes them away together. Put them on separate ones."], TrapsOf(layout));
        Assert.Equal((0UL, 0UL, 0b110UL), (After(layout, "card:h1/eno1").Meets(0, slot: 0), After(layout, "card:h1/eno1").Meets(2, slot: 0), After(layout, "card:h1/eno1").Meets(1, slot: 0)));
        SeenMember[] both = [Member("eno1") with { Card = "0000:03:00" }, Member("eno2") with { Card = "0000:04:00" }];
        Assert.Empty(TrapsOf(Of(h => h == 1 ? [Link("cluster", both), Link("storage", both)] : [])));
    }

    [Fact]
    public void What_is_declared_goes_before_what_is_seen_and_that_they_differ_is_told()
    {
        var layout = Of(h => h == 1 ? [Link("cluster", Member("eno1", "sw2") with { Card = "0000:03:00" })] : [], """
            { "switches": [{ "name": "sw1" }], "networks": [{ "name": "cluster", "switches": ["sw1"] }], "links": [{ "of": "h1", "network": "cluster", "members": [{ "nic": "eno1", "switch": "sw1" }] }] }
            """);
        Assert.Equal((Confidence.Seen, "kernel of h1"), Known(layout, "card:h1/0000:03:00"));
        Assert.Equal(0UL, After(layout, "switch:sw1").Meets(0, slot: 0));
        Assert.StartsWith("differs: eno1 of h1 is declared to be in switch:sw1, and LLDP says that it is in sw2 (port 7): what is declared was taken.", Assert.Single(TrapsOf(layout)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_slow_LACP_and_isolation_addresses_in_one_network_are_traps()
    {
        var plant = new Plant { Addresses = ["10.0.0.1", "10.0.0.2"] };
        var layout = Of(h => h == 1 ? [Link("guest", Member("eno1"), Member("eno2")) with { SlowLacp = true, Subnets = ["10.0.0.0/24"] }] : [], plant: plant);
        Assert.Equal(
            ["isolation-addresses: All isolation addresses (10.0.0.1, 10.0.0.2) are behind network:guest: when it dies they answer nobody, and tell nothing. Name one behind another.",
             "lacp: The bond h1/guest (bond0) notices only after 90 s that a switch is silent, and a lease lasts 6 s: set lacp_rate fast on it, and the short timeout at its switches."],
            TrapsOf(layout));
    }

    [Fact]
    public void A_switch_that_gives_an_isolation_address_as_its_own_takes_it_along()
    {
        var port = new SeenPort("sw1", "00:01", "7", ["10.0.9.1"]);
        var layout = Of(h => h == 1 ? [Link("cluster", new SeenMember("eno1", Carrier: true, null, port))] : [], plant: new Plant { Addresses = ["10.0.9.1", "10.0.9.2"] });
        Assert.False(After(layout, "switch:sw1").IsUp(layout.IndexOf(ComponentId.Parse("address:10.0.9.1")!.Value)));
        Assert.True(After(layout, "switch:sw1").IsUp(layout.IndexOf(ComponentId.Parse("address:10.0.9.2")!.Value)));
    }

    [Fact]
    public void A_datastore_hangs_on_what_its_hosts_have_it_mounted_over()
    {
        var fabric = Of(_ => [], stores: h => [Store([], new("sda", Works: true, "0000:0b:00"), new("sdb", Works: true, "0000:0b:00"))]);
        Assert.Equal(0b111UL, After(fabric, "switch:storage").Stores[0]);
        Assert.Equal(3, TrapsOf(fabric).Count(t => t.StartsWith("paths: All 2 paths that work from h", StringComparison.Ordinal)));
        Assert.Contains("gfs2 from /dev/mapper/gold, 2 of 2 paths work at h1", layoutDetail(fabric), StringComparison.Ordinal);
        var nfs = Of(_ => [], stores: h => [Store(["guest"])]);
        Assert.Equal((0b111UL, 0UL), (After(nfs, "switch:storage").Stores[0], After(nfs, "switch:guest").Stores[0]));
        Assert.Equal(Confidence.Seen, Known(nfs, "link:gold/guest").Confidence);
        var unknown = Of(_ => [], stores: h => [Store(null, new("sda", Works: false, null), new("sdb", Works: true, null))]);
        Assert.Equal(0UL, After(unknown, "switch:storage").Stores[0]);
        Assert.Contains("paths: Only one path of 2 from h2 to datastore gold works: see 'multipath -ll' on h2.", TrapsOf(unknown));

        static string layoutDetail(Layout layout) => layout.Components.Single(c => c.Id.ToString() == "datastore:gold").Detail;
    }

    private static SeenDatastore Store(ImmutableArray<string>? networks, params SeenPath[] paths) => new("gold", "gfs2", "/dev/mapper/gold", networks, [.. paths]);

    private static SeenMember Member(string nic, string? at = null) => new(nic, Carrier: true, null, at is null ? null : new(at, at, "7", []));

    private static SeenLink Link(string network, params SeenMember[] members) => new(network, "bond0", null, SlowLacp: false, [.. members], []);

    private static Func<int, SeenLink[]> Everyone(string network, params SeenMember[] members) => _ => [Link(network, members)];

    /// <param name="links">By host, 1 is h1.</param>
    private static Layout Of(Func<int, SeenLink[]> links, string declared = "{}", Plant? plant = null, Func<int, SeenDatastore[]>? stores = null)
    {
        var facts = (plant ?? new Plant()).Facts;
        facts = facts with { Hosts = [.. facts.Hosts.Select(h => h with { Sight = new([.. links(h.Slot + 1)], [.. stores?.Invoke(h.Slot + 1) ?? []], []) })] };
        return Layout.Of(facts, Declaration.Parse(declared, facts));
    }

    private static (Confidence Confidence, string Source) Known(Layout layout, string id) => layout.Components.Single(c => c.Id.ToString() == id) is var c ? (c.Confidence, c.Source) : default;

    private static Wiring After(Layout layout, params string[] down) => new(layout, layout.Find(down).Found.Select(layout.IndexOf));

    private static IEnumerable<string> TrapsOf(Layout layout) => Traps.Of(layout, new FailureAudit(layout).Singles()).Select(t => $"{t.Kind}: {t.Says}");
}
