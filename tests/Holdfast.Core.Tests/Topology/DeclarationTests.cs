using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Topology;

public sealed class DeclarationTests
{
    [Theory]
    [InlineData("""{ "switchs": [] }""", "cannot be read (line 1)")]
    [InlineData("""{ "switches": [{ "stack": "core" }] }""", "cannot be read (line 1)")]
    [InlineData("""{ "switches": [{ "name": "sw1" }, { "name": "sw1" }] }""", "switches names 'sw1' 2 times; once is enough.")]
    [InlineData("""{ "switches": [{ "name": "" }] }""", "switches has an entry without a name; give it one.")]
    [InlineData("""{ "switches": [{ "name": "sw1", "stack": "core" }] }""", "switches[0].stack names 'core', which stacks does not have, and has none.")]
    [InlineData("""{ "strips": [{ "name": "p1" }], "hosts": [{ "name": "h1", "strips": ["p2"] }] }""", "hosts[0].strips names 'p2', which strips does not have, but p1.")]
    [InlineData("""{ "strips": [{ "name": "p1", "site": "cellar" }] }""", "strips[0].site names 'cellar', which sites does not have, and has none.")]
    [InlineData("""{ "trunks": [{ "one": "cluster", "other": "cluster" }] }""", "trunks[0] joins 'cluster' with itself; name two switches.")]
    [InlineData("""{ "trunks": [{ "one": "cluster", "other": "guest" }, { "one": "guest", "other": "cluster" }] }""", "trunks names 'cluster-guest' 2 times; once is enough.")]
    [InlineData("""{ "trunks": [{ "one": "cluster", "other": "sw2" }] }""", "trunks[0].other names 'sw2', which switches does not have, but cluster, guest, migration, storage.")]
    [InlineData("""{ "networks": [{ "name": "lan", "switches": ["cluster"] }] }""", "networks[0].name names 'lan', which the cluster does not have, but cluster, guest, migration, storage.")]
    [InlineData("""{ "networks": [{ "name": "guest", "switches": [] }] }""", "networks[0].switches is empty; name the switches of network 'guest', or leave the entry out.")]
    [InlineData("""{ "hosts": [{ "name": "h9" }] }""", "hosts[0].name names 'h9', which the cluster does not have, but h1, h2, h3.")]
    [InlineData("""{ "links": [{ "of": "h1", "network": "guest", "members": [] }] }""", "links[0].members is empty; name the cables of h1 on network 'guest', or leave the entry out.")]
    [InlineData("""{ "links": [{ "of": "h9", "network": "guest", "members": [{ "nic": "e", "switch": "guest" }] }] }""", "links[0].of names 'h9', which the cluster does not have, but gold, h1, h2, h3.")]
    [InlineData(
        """{ "links": [{ "of": "h1", "network": "guest", "members": [{ "nic": "e", "switch": "guest" }, { "nic": "e", "switch": "cluster" }] }] }""",
        "links[0].members names the nic 'e' of h1 2 times; each member is a nic of its own.")]
    [InlineData(
        """{ "links": [{ "of": "gold", "network": "guest", "members": [{ "nic": "e", "switch": "guest" }] }] }""",
        "links[0] is of gold on network 'guest', over which that datastore is not reached; name the network in datastores, or leave the entry out.")]
    [InlineData("""{ "datastores": [{ "name": "tin" }] }""", "datastores[0].name names 'tin', which the cluster does not have, but gold.")]
    [InlineData("""{ "fences": [{ "host": "h1", "device": "board" }] }""", "fences[0].device names 'board', which the configuration of h1 does not have, but power.")]
    [InlineData("""{ "fences": [{ "host": "h1", "device": "power", "network": "cluster" }] }""", "fences[0] of h1 names a network and no switch; name both, or neither.")]
    [InlineData("""{ "addresses": [{ "address": "10.0.0.9", "switch": "guest" }] }""", "addresses[0].address names '10.0.0.9', which isolationAddresses does not have, but 10.0.0.1, 10.0.0.2.")]
    public void Each_mistake_is_one_sentence_that_names_the_field_and_the_way_out(string text, string sentence)
    {
        var plant = new Plant { Devices = true, Addresses = ["10.0.0.1", "10.0.0.2"] };
        var refused = Assert.Throws<TopologyException>(() => Declaration.Parse(text, plant.Facts));
        Assert.Contains(sentence, Assert.Single(refused.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cable_of_a_host_that_is_not_on_the_network_is_a_mistake()
    {
        var facts = new Plant().Facts;
        facts = facts with { Hosts = facts.Hosts.SetItem(0, facts.Hosts[0] with { Networks = ["cluster"] }) };
        var refused = Assert.Throws<TopologyException>(() => Declaration.Parse("""{ "links": [{ "of": "h1", "network": "guest", "members": [{ "nic": "e", "switch": "guest" }] }] }""", facts));
        Assert.Equal("links[0] is of h1 on network 'guest', on which that host has no address; give it one in hosts of the configuration, or leave the entry out.", Assert.Single(refused.Problems));
    }

    [Fact]
    public void Several_mistakes_are_all_told_at_once()
    {
        var refused = Assert.Throws<TopologyException>(() => Declaration.Parse("""{ "hosts": [{ "name": "h8" }, { "name": "h9" }] }""", new Plant().Facts));
        Assert.Equal(2, refused.Problems.Length);
    }

    [Fact]
    public void Comments_and_trailing_commas_are_no_mistakes()
    {
        Assert.Single(Declaration.Parse("""{ "switches": [{ "name": "sw1" },], /* rack 2 */ }""", new Plant().Facts).Switches);
    }
}
