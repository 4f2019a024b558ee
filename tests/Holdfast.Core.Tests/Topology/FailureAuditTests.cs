using Holdfast.Core.Leases;
using Holdfast.Core.Topology;

namespace Holdfast.Core.Tests.Topology;

public sealed class FailureAuditTests
{
    [Fact]
    public void What_costs_the_most_machines_comes_first()
    {
        var plant = new Plant { Watchdog = WatchdogClass.Software }.Machine("a", 1).Machine("b", 2).Machine("c", 2);
        var singles = new FailureAudit(plant.Layout).Singles();
        Assert.Equal(singles.Length, plant.Layout.Components.Length);
        Assert.Equal(
            ["switch:guest 3/0/0", "switch:storage 3/0/0", "network:guest 3/0/0", "network:storage 3/0/0", "link:gold/storage 3/0/0", "datastore:gold 3/0/0", "host:h2 0/2/0", "link:h2/storage 0/2/0", "host:h1 0/1/0"],
            singles.Take(9).Select(Line));
        Assert.Contains("link:h2/guest 0/0/2", singles.Select(Line));
        Assert.Equal(3, singles.Single(s => Line(s).StartsWith("switch:cluster ", StringComparison.Ordinal)).RedundancyLost);
    }

    [Fact]
    public void Pairs_are_those_that_together_lose_what_neither_loses_alone()
    {
        var plant = new Plant
        {
            Devices = true,
            Declared = """
                {
                  "switches": [{ "name": "sw1" }, { "name": "sw2" }],
                  "networks": [{ "name": "storage", "switches": ["sw1", "sw2"] }],
                  "datastores": [{ "name": "gold", "networks": ["storage"] }]
                }
                """,
        }.Machine("a", 1).Machine("b", 2);
        var audit = new FailureAudit(plant.Layout);
        var pairs = audit.Pairs(audit.Components).Select(Line).ToList();
        Assert.Contains("switch:sw1+switch:sw2 2/0/0", pairs);
        Assert.Contains("host:h2+fence:h2/power 1/0/0", pairs);
        Assert.DoesNotContain(pairs, p => p.Contains("datastore:gold", StringComparison.Ordinal));
    }

    [Fact]
    public void A_switch_that_two_clusters_share_costs_the_machines_of_both_and_their_hosts_stay_apart()
    {
        var (one, other) = (new Plant { Watchdog = WatchdogClass.Software }.Machine("a", 1), new Plant { Watchdog = WatchdogClass.Software }.Machine("b", 1).Machine("c", 3));
        var renamed = other.Facts with { Hosts = [.. other.Facts.Hosts.Select(h => h with { Name = $"other-{h.Name}" })] };
        var singles = new FailureAudit(one.Layout, Layout.Of(renamed, Declaration.Empty)).Singles();
        Assert.Equal(3, singles.Single(s => Line(s).StartsWith("switch:guest ", StringComparison.Ordinal)).Lost);
        Assert.Equal(1, singles.Single(s => Line(s).StartsWith("host:h1 ", StringComparison.Ordinal)).Restarted);
        Assert.Equal(1, singles.Single(s => Line(s).StartsWith("host:other-h3 ", StringComparison.Ordinal)).Restarted);
    }

    [Fact]
    public void What_waits_already_is_no_loss_of_the_component_that_fails_besides()
    {
        var facts = new Plant().Machine("a", 1).Facts;
        var layout = Layout.Of(facts with { Hosts = facts.Hosts.SetItem(0, facts.Hosts[0] with { Alive = false }) }, Declaration.Empty);
        Assert.All(new FailureAudit(layout).Singles(), s => Assert.Equal(0, s.Lost));
    }

    private static string Line(Blast blast) => $"{string.Join('+', blast.Components)} {blast.Lost}/{blast.Restarted}/{blast.Moved}";
}
