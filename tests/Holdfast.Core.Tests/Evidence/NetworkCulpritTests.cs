using Holdfast.Core.Evidence;

namespace Holdfast.Core.Tests.Evidence;

public sealed class NetworkCulpritTests
{
    private static Pictures Three => new(3, "cluster", "storage", "guest");

    [Fact]
    public void Nothing_is_broken_when_everything_is_heard() => Assert.Empty(Three.Culprits(1));

    [Fact]
    public void One_host_s_cable_is_named_by_every_host_that_hears_of_it() =>
        Assert.All([1, 2, 3], by => Assert.Equal(["h2's storage cable"], Three.Cut(2, "storage").Culprits(by)));

    [Fact]
    public void All_directions_down_is_the_switch() => Assert.All([1, 2, 3], by => Assert.Equal(["the cluster switch"], Three.Switch("cluster").Culprits(by)));

    [Fact]
    public void Two_hosts_cannot_tell_the_switch_from_a_cable() =>
        Assert.Equal(["the cluster network between h1 and h2: its switch, or the cable of one of them"], new Pictures(2, "cluster", "storage").Switch("cluster").Culprits(1));

    [Fact]
    public void All_cables_of_one_host_are_one_culprit_for_itself_and_for_the_others()
    {
        Assert.All([1, 2, 3], by => Assert.Equal(["h1's cables, all of them (cluster, storage, guest)"], Three.Cut(1).Culprits(by)));
    }

    [Fact]
    public void Every_switch_down_is_told_as_one() => Assert.Equal(["every switch (cluster, storage, guest)"], Three.Switch().Culprits(2));

    [Fact]
    public void One_direction_is_named()
    {
        Assert.Equal(["h1's cluster cable or card, sending: it hears the others and is not heard"], Three.OneWay(1, 2, "cluster").OneWay(1, 3, "cluster").Culprits(2));
        Assert.Equal(["h1's cluster cable or card, receiving: it is heard and hears nobody"], Three.OneWay(2, 1, "cluster").OneWay(3, 1, "cluster").Culprits(2));
        Assert.Equal(["the path from h1 to h2 on cluster (one way only)"], Three.OneWay(1, 2, "cluster").Culprits(3));
    }

    [Fact]
    public void A_pair_and_a_split_are_named()
    {
        Assert.Equal(["the path between h1 and h2 on cluster"], Three.Between(1, 2, "cluster").Culprits(3));
        var split = new Pictures(4, "cluster", "storage").Between(1, 3, "cluster").Between(1, 4, "cluster").Between(2, 3, "cluster").Between(2, 4, "cluster");
        Assert.Equal(["a link between switches of cluster: h1, h2 | h3, h4"], split.Culprits(1));
    }

    [Fact]
    public void Two_faults_are_both_named() =>
        Assert.Equal(["h2's storage cable", "the guest switch"], Three.Cut(2, "storage").Switch("guest").Culprits(1));

    [Fact]
    public void A_host_that_is_silent_everywhere_is_named_itself_and_is_no_proof_against_the_networks() =>
        Assert.Equal(["h3 itself: silent on every network and datastore, so off, hung or cut off whole (unknown, not dead)"], Three.Off(3).Culprits(1));

    [Fact]
    public void Loss_on_all_links_of_one_host_is_its_cable_and_on_all_links_the_switch()
    {
        var cable = Three;
        var network = Three;
        foreach (var (from, to) in new[] { (1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2) })
        {
            cable.Loses(from, to, "cluster", from == 2 || to == 2 ? 0.2 : 0.01);
            network.Loses(from, to, "cluster", 0.2);
        }

        Assert.Equal(["h2's cluster cable loses up to 20 %"], cable.Culprits(1));
        Assert.Equal(["the cluster switch loses up to 20 %"], network.Culprits(1));
        Assert.Equal(["the cluster network loses up to 20 %: h1 to h2"], Three.Loses(1, 2, "cluster", 0.2).Loses(2, 1, "cluster", 0).Culprits(1));
        var sending = Three.Loses(1, 2, "cluster", 0.2).Loses(1, 3, "cluster", 0.3).Loses(2, 1, "cluster", 0).Loses(3, 1, "cluster", 0).Loses(2, 3, "cluster", 0);
        Assert.Equal(["h1's cluster cable or card, sending, loses up to 30 %"], sending.Culprits(1));
        Assert.Empty(Three.Loses(1, 2, "cluster", 0.01).Culprits(1));
    }

    [Fact]
    public void A_cable_without_a_carrier_is_told_from_the_switch_also_between_two_hosts()
    {
        Assert.Equal(["h2's cluster cable (no carrier)"], new Pictures(2, "cluster", "storage").Unplugged(2, "cluster").Culprits(1));
        Assert.Equal(["h2's cluster cable (no carrier)"], Three.Unplugged(2, "cluster").Culprits(3));
        Assert.Equal(["the cluster switch"], Three.Unplugged(1, "cluster").Unplugged(2, "cluster").Unplugged(3, "cluster").Culprits(2));
    }

    [Fact]
    public void An_MTU_hole_is_named_by_the_port_the_switch_or_the_path()
    {
        var port = Three.Narrow(2, 1, "storage", 9000).Narrow(1, 2, "storage", 9000).Narrow(2, 3, "storage", 9000).Narrow(3, 2, "storage", 9000);
        Assert.Equal(["h2's storage cable or port passes no packets of 9000 bytes (MTU)"], port.Culprits(1));
        Assert.Equal(["the storage switch passes no packets of 9000 bytes (MTU)"], port.Narrow(1, 3, "storage", 9000).Narrow(3, 1, "storage", 9000).Culprits(1));
        Assert.Equal(["the storage network passes no packets of 1500 bytes (MTU): h1 to h2"], Three.Narrow(1, 2, "storage", 1500).Culprits(3));
    }
}
