using Holdfast.Api;
using Holdfast.Console.Language;
using Holdfast.Console.Map;

namespace Holdfast.Console.Tests.Views;

public sealed class NetworkMapTests
{
    private readonly LinkWords words = new(new Say());

    [Fact]
    public void A_cut_cable_is_broken_for_its_host_alone_and_says_that_it_has_no_carrier()
    {
        var map = Map(new FakeCluster().Cut("h2", "storage"));
        Assert.Equal([(LinkState.Broken, "storage", "h2")], map.Faults);
        Assert.Empty(map.Rails.SelectMany(r => r.Pairs));
        var cable = CableOf(map, "h2", "storage");
        Assert.Equal("no carrier", words.Short(cable));
        Assert.StartsWith("h2, link to storage: no carrier: the cable is pulled or broken", words.Sentence(cable), StringComparison.Ordinal);
        Assert.Equal("ok", words.Short(CableOf(map, "h1", "storage")));
    }

    [Fact]
    public void Without_a_word_of_the_kernels_it_is_still_the_cable_that_nobody_hears()
    {
        var (status, report) = (new FakeCluster().Status(), new FakeCluster().Cut("h2", "storage").Report());
        report.Networks = [.. report.Networks.Select(n => n with { Links = null })];
        var map = NetworkMap.Of(status, report, null);
        Assert.Equal([(LinkState.Broken, "storage", "h2")], map.Faults);
        Assert.Contains("nobody hears h2 over it, and h2 hears nobody", words.Sentence(CableOf(map, "h2", "storage")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cable_that_carries_one_direction_only_says_which()
    {
        var map = Map(new FakeCluster().Deafen("h2", "h1", "cluster").Deafen("h2", "h3", "cluster"));
        var cable = CableOf(map, "h2", "cluster");
        Assert.Equal((LinkState.Broken, LinkState.Fine), (cable.Sends.State, cable.Hears.State));
        Assert.Equal("not heard", words.Short(cable));
        Assert.Equal(LinkState.Fine, CableOf(map, "h1", "cluster").Worst);
    }

    [Fact]
    public void A_way_between_two_hosts_is_no_cable_s_fault()
    {
        var map = Map(new FakeCluster().Deafen("h1", "h3", "migration"));
        Assert.Empty(map.Faults);
        var pair = Assert.Single(map.Rails.SelectMany(r => r.Pairs));
        Assert.Equal("h3 does not hear h1 over migration, though both hear others there: what lies between them is broken.", words.Sentence(pair));
    }

    [Fact]
    public void A_network_without_any_sound_cable_is_dead()
    {
        var cluster = new FakeCluster();
        Assert.All(FakeCluster.Hosts, h => cluster.Cut(h, "cluster"));
        var map = Map(cluster);
        Assert.Equal(["cluster"], map.Rails.Where(r => r.Dead).Select(r => r.Network));
        Assert.Equal(["sw-cluster"], map.Rails[0].Switches);
    }

    [Fact]
    public void Loss_that_a_host_has_to_everybody_is_its_cable_s_and_small_loss_is_nothing()
    {
        var cable = CableOf(Map(new FakeCluster { Lossy = ("h3", "guest", 12.5) }), "h3", "guest");
        Assert.Equal((LinkState.Impaired, LinkState.Fine, "12.5 % lost"), (cable.Sends.State, cable.Hears.State, words.Short(cable)));
        Assert.Equal(LinkState.Fine, CableOf(Map(new FakeCluster { Lossy = ("h3", "guest", 4) }), "h3", "guest").Worst);
    }

    [Fact]
    public void A_bond_that_has_lost_a_member_is_impaired()
    {
        var report = new FakeCluster().Report();
        report.Networks = [.. report.Networks.Select(n => n with { Links = [.. n.Links!.Select(l => l with { Bond = new("802.3ad", l.Host == "h1" ? 1 : 2, 2) })] })];
        var map = NetworkMap.Of(new FakeCluster().Status(), report, null);
        Assert.Equal("1 of 2 cables", words.Short(CableOf(map, "h1", "cluster")));
        Assert.Equal(LinkState.Fine, CableOf(map, "h2", "cluster").Worst);
    }

    [Fact]
    public void Of_a_dead_host_s_links_nothing_is_said_and_they_blame_nobody_else()
    {
        var status = new FakeCluster().Status();
        status.Hosts = [.. status.Hosts.Select(h => h.Name == "h2" ? h with { State = HostState.Dead, Verdict = "dead" } : h)];
        var cluster = new FakeCluster();
        Assert.All(FakeCluster.Networks, n => cluster.Cut("h2", n));
        var map = NetworkMap.Of(status, cluster.Report(), null);
        Assert.Empty(map.Faults);
        Assert.All(map.Rails, r => Assert.Equal([LinkState.Fine, LinkState.Off, LinkState.Fine], r.Cables.Select(c => c.Worst)));
        Assert.Equal(LinkState.Off, map.Stores[0].Links[1].State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_picture_of_three_hosts_has_no_two_cables_at_one_place_and_fits_its_width(bool narrow)
    {
        var map = Map(new FakeCluster());
        var layout = MapLayout.Of(map, narrow);
        var places = Enumerable.Range(0, 3).SelectMany(h => Enumerable.Range(0, layout.Rails).Select(r => layout.CableX(h, r))).Order().ToList();
        Assert.All(places.Zip(places.Skip(1)), p => Assert.True(p.Second - p.First >= (narrow ? 9 : 20), $"{p.First} and {p.Second}"));
        Assert.InRange(places[0], layout.Gutter, layout.Width);
        Assert.InRange(places[^1], layout.Gutter, layout.Width - 5);
        Assert.True(!narrow || layout.Width <= 320, $"{layout.Width} px are wider than a small phone");

        // Right of where a cable ends there is room for what is wrong with it: no cable that goes further down.
        Assert.All(Enumerable.Range(1, layout.Rails - 1), r => Assert.True(layout.CableX(0, r) < layout.CableX(0, r - 1)));
    }

    [Fact]
    public void Hosts_are_in_the_order_of_their_numbers() => Assert.Equal(["h1", "h2", "h10"], new[] { "h10", "h2", "h1" }.Order(NaturalOrder.Instance));

    private static NetworkMap Map(FakeCluster cluster) => NetworkMap.Of(cluster.Status(), cluster.Report(), FakeCluster.Topology());

    private static Cable CableOf(NetworkMap map, string host, string network) => map.Rails.First(r => r.Network == network).Cables.First(c => c.Host == host);
}
