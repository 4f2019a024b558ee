using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Topology;

public sealed class TrapTests
{
    [Fact]
    public void A_plain_cluster_has_none() => Assert.Empty(Of(new Plant { Devices = true, Addresses = ["10.0.0.1", "10.0.0.2"] }.Machine("a", 1)));

    [Fact]
    public void All_isolation_addresses_behind_one_switch()
    {
        const string One = """{ "addresses": [{ "address": "10.0.0.1", "switch": "guest" }, { "address": "10.0.0.2", "switch": "guest" }] }""";
        Assert.Equal(
            ["isolation-addresses: All isolation addresses (10.0.0.1, 10.0.0.2) are behind switch:guest: when it dies they answer nobody, and tell nothing. Name one behind another."],
            Of(new Plant { Addresses = ["10.0.0.1", "10.0.0.2"], Declared = One }));
        Assert.Empty(Of(new Plant { Addresses = ["10.0.0.1", "10.0.0.2"], Declared = One.Replace(""" "10.0.0.2", "switch": "guest" """.Trim(), """ "10.0.0.2", "switch": "cluster" """.Trim(), StringComparison.Ordinal) }));
    }

    [Fact]
    public void Two_votes()
    {
        Assert.Equal(
            ["votes: etcd has 2 votes: it survives no more failures than with 1, and two equal halves have no quorum on either side. Use three or five members."], Of(new Plant { EtcdMembers = 2 }));
    }

    [Fact]
    public void Two_networks_on_one_card_switch_or_trunk()
    {
        var card = new Plant
        {
            Declared = """
                { "links": [
                  { "of": "h1", "network": "cluster", "members": [{ "nic": "a", "switch": "cluster", "card": "c1" }] },
                  { "of": "h1", "network": "storage", "members": [{ "nic": "b", "switch": "storage", "card": "c1" }] }] }
                """,
        };
        Assert.Equal(["together: The networks cluster and storage are all on card:h1/c1: one failure takes them away together. Put them on separate ones."], Of(card));
        var shared = new Plant { Declared = """{ "networks": [{ "name": "cluster", "switches": ["storage"] }] }""" };
        Assert.Equal(["together: The networks cluster and storage are all on switch:storage: one failure takes them away together. Put them on separate ones."], Of(shared));
        var trunk = new Plant
        {
            Hosts = 2,
            EtcdMembers = 1,
            Declared = """
                { "switches": [{ "name": "left" }, { "name": "right" }], "trunks": [{ "one": "left", "other": "right" }],
                  "links": [
                  { "of": "h1", "network": "cluster", "members": [{ "nic": "a", "switch": "left" }] }, { "of": "h2", "network": "cluster", "members": [{ "nic": "a", "switch": "right" }] },
                  { "of": "h1", "network": "guest", "members": [{ "nic": "b", "switch": "left" }] }, { "of": "h2", "network": "guest", "members": [{ "nic": "b", "switch": "right" }] }] }
                """,
        };
        Assert.Contains("together: The networks cluster and guest are all on trunk:left-right: one failure takes them away together. Put them on separate ones.", Of(trunk));
    }

    [Fact]
    public void Both_members_of_a_bond_in_one_switch()
    {
        var plant = new Plant { Declared = """{ "links": [{ "of": "h1", "network": "guest", "members": [{ "nic": "a", "switch": "guest" }, { "nic": "b", "switch": "guest" }] }] }""" };
        Assert.Equal(["bond: All members of the bond h1/guest are in switch:guest: it survives a cable, not the switch. Plug one into another switch."], Of(plant));
    }

    [Fact]
    public void A_fence_device_on_the_network_that_it_has_to_cut_and_one_on_its_hosts_power()
    {
        const string Asked = """{ "fences": [{ "host": "h1", "device": "power", "network": "storage", "switch": "storage" }] }""";
        Assert.Equal(
            ["fence-path: fence:h1/power has to cut h1 off the storage and is asked over the network storage, which is what it cuts: ask it over another one."],
            Of(new Plant { Devices = true, DeviceCutsPath = true, Declared = Asked }));
        Assert.Empty(Of(new Plant { Devices = true, Declared = Asked }));
        const string Fed = """{ "strips": [{ "name": "p1" }], "hosts": [{ "name": "h1", "strips": ["p1"] }], "fences": [{ "host": "h1", "device": "power", "strips": ["p1"] }] }""";
        Assert.Equal(
            ["fence-power: strip:p1 feeds h1 and all its fence devices: when it fails no device can confirm that h1 is off. Feed one of them from another."], Of(new Plant { Devices = true, Declared = Fed }));
    }

    [Fact]
    public void Migrations_without_a_limit_on_the_cluster_network()
    {
        var networks = new Plant().Networks.SetItem(0, Plant.Net("cluster", NetworkRoles.Cluster | NetworkRoles.Migration)).RemoveAt(1);
        Assert.Equal(
            ["migration: Migrations may take all of the network cluster, which carries the cluster's coordination: set migrationSharedMiB, or give them a network of their own."],
            Of(new Plant { Networks = networks, SharedPathMiB = 0 }));
        Assert.Empty(Of(new Plant { Networks = networks }));
    }

    [Fact]
    public void A_reserve_that_is_too_small_for_one_host()
    {
        var plant = new Plant { Watchdog = WatchdogClass.Software, FreeMiB = 50 }.Machine("a", 1).Machine("b", 1);
        Assert.Equal(["reserve: When h1 dies, 2 of its machines find no host with room. Free memory for them, or give them less."], Of(plant));
    }

    [Fact]
    public void A_machine_that_the_hosts_need_on_the_cluster_that_runs_it()
    {
        var dns = new Plant().Machine("dns", 1, addresses: ["10.0.0.53"]);
        Assert.Equal(
            ["own-need: h1, h2, h3 need names from 10.0.0.53, and that is the machine dns, which this cluster runs: when it is down, both wait for each other. Name a second server outside of the cluster."],
            Of(Needing(dns, new SeenNeed("names", "10.0.0.53"), new SeenNeed("time", "10.0.0.1"))));
        Assert.Empty(Of(Needing(dns, new SeenNeed("names", "10.0.0.53"), new SeenNeed("names", "10.9.9.9"))));
        var two = new Plant().Machine("dns", 1, addresses: ["10.0.0.53"]).Machine("dns2", 2, addresses: ["10.0.0.54"]);
        Assert.Equal(2, Of(Needing(two, new SeenNeed("names", "10.0.0.53"), new SeenNeed("names", "10.0.0.54"))).Count());
        Assert.Contains("The isolation test needs an answer from 10.0.0.53", Of(new Plant { Addresses = ["10.0.0.53", "10.0.0.2"] }.Machine("router", 1, addresses: ["10.0.0.53"])).Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_that_is_too_old()
    {
        var facts = new Plant().Machine("a", 1).Facts;
        string[] With(double days) => Of(Layout.Of(facts with { Machines = [facts.Machines[0] with { Oldest = new("before", TimeSpan.FromDays(days), 3) }] }, Declaration.Empty));
        Assert.Equal(["snapshot: The snapshot before of a is 8 days old: going back would lose all since, and each read goes through up to 3 files. Delete it ('holdfast snapshot delete a before')."], With(8));
        Assert.Empty(With(6));
    }

    [Fact]
    public void A_fence_device_whose_address_is_in_the_network_that_it_has_to_cut()
    {
        ClusterFacts At(string address)
        {
            var facts = new Plant { Devices = true, DeviceCutsPath = true }.Facts;
            HostSight sight = new([new("storage", "eth2", null, false, [], ["10.2.0.0/24"]), new("cluster", "eth0", null, false, [], ["10.1.0.0/24"])], [], []);
            return facts with { Hosts = facts.Hosts.SetItem(0, facts.Hosts[0] with { Sight = sight, FenceAddresses = facts.Hosts[0].FenceAddresses.Add("power", address) }) };
        }

        Assert.Equal(
            ["fence-path: fence:h1/power has to cut h1 off the storage and is asked over the network storage, which is what it cuts: ask it over another one."], Of(Layout.Of(At("10.2.0.9"), Declaration.Empty)));
        Assert.Empty(Of(Layout.Of(At("10.1.0.9"), Declaration.Empty)));
    }

    private static Layout Needing(Plant plant, params SeenNeed[] needs)
    {
        var facts = plant.Facts;
        return Layout.Of(facts with { Hosts = [.. facts.Hosts.Select(h => h with { Sight = HostSight.Empty with { Needs = [.. needs] } })] }, Declaration.Empty);
    }

    private static IEnumerable<string> Of(Plant plant) => Of(plant.Layout);

    private static string[] Of(Layout layout) => [.. Traps.Of(layout, new FailureAudit(layout).Singles()).Select(t => $"{t.Kind}: {t.Says}")];
}
