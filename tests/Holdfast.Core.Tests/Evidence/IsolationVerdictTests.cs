using Holdfast.Core.Evidence;

namespace Holdfast.Core.Tests.Evidence;

public sealed class IsolationVerdictTests
{
    private static Pictures Three => new(3, "cluster", "storage");

    [Fact]
    public void With_every_link_up_everybody_is_connected()
    {
        Assert.All([1, 2, 3], h => Assert.Equal(Verdict.Connected, Three.VerdictOf(h)));
        Assert.Contains("path to all 2 other living hosts", Evidence(Three, 1)[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_dead_cluster_switch_is_no_loss_while_another_network_carries_the_heartbeats() =>
        Assert.All([1, 2, 3], h => Assert.Equal(Verdict.Connected, Three.Switch("cluster").VerdictOf(h)));

    [Fact]
    public void Who_reaches_nobody_while_others_meet_is_isolated_and_both_sides_see_it()
    {
        var cut = Three.Cut(1);
        Assert.All([1, 2, 3], by => Assert.Equal(Verdict.Isolated, cut.VerdictOf(1, by)));
        Assert.Equal(Verdict.PartitionMajority, cut.VerdictOf(2));
        Assert.Contains("it is h1 that is cut off", Evidence(cut, 1)[0], StringComparison.Ordinal);
        Assert.Contains("h2: not reached over any network; renews on the storage.", Evidence(cut, 1));
    }

    [Fact]
    public void When_nobody_meets_anybody_the_network_is_dead()
    {
        Assert.All([1, 2, 3], h => Assert.Equal(Verdict.NetworkDead, Three.Switch().VerdictOf(h)));
        Assert.Equal(Verdict.NetworkDead, new Pictures(2, "cluster").Switch().VerdictOf(1));
    }

    [Fact]
    public void Half_of_the_cluster_is_a_minority_on_both_sides_and_more_than_half_a_majority()
    {
        var half = new Pictures(4, "cluster").Between(1, 3).Between(1, 4).Between(2, 3).Between(2, 4);
        Assert.All([1, 2, 3, 4], h => Assert.Equal(Verdict.PartitionMinority, half.VerdictOf(h)));
        var most = new Pictures(5, "cluster").Between(1, 3).Between(1, 4).Between(1, 5).Between(2, 3).Between(2, 4).Between(2, 5);
        Assert.Equal((Verdict.PartitionMinority, Verdict.PartitionMajority), (most.VerdictOf(1), most.VerdictOf(5)));
        Assert.Equal(Verdict.PartitionMinority, most.VerdictOf(2, by: 5));
    }

    [Fact]
    public void A_path_over_a_third_host_is_a_path_and_the_missing_link_is_told()
    {
        var missing = Three.Between(1, 2);
        Assert.All([1, 2, 3], h => Assert.Equal(Verdict.Connected, missing.VerdictOf(h)));
        Assert.Contains(Evidence(missing, 1), e => e.StartsWith("h2: not reached over any network", StringComparison.Ordinal));
    }

    [Fact]
    public void One_way_is_not_a_link_and_the_direction_is_told()
    {
        var mute = new Pictures(3, "cluster").OneWay(1, 2, "cluster").OneWay(1, 3, "cluster");
        Assert.Equal(Verdict.Isolated, mute.VerdictOf(1));
        Assert.Contains("h2: heard on cluster without hearing h1; renews on the storage.", Evidence(mute, 1));
    }

    [Fact]
    public void A_silent_host_is_unknown_and_not_dead_and_costs_the_others_nothing()
    {
        var crashed = Three.Off(3);
        Assert.Equal((Verdict.Connected, Verdict.Unknown), (crashed.VerdictOf(1), crashed.VerdictOf(3, by: 1)));
        Assert.Contains("h3: silent on every network and datastore: unknown, not dead.", Evidence(crashed, 1));
    }

    [Fact]
    public void The_last_host_that_sees_nobody_does_not_know_who_is_cut_off_until_the_others_are_proven_dead()
    {
        var last = Three.Off(2).Off(3);
        Assert.Equal(Verdict.Unknown, last.VerdictOf(1));
        var picture = last.SeenBy(1);
        picture = picture with { Hosts = [picture.Hosts[0], .. picture.Hosts.Skip(1).Select(h => h with { Presence = Presence.Dead })] };
        Assert.Equal(Verdict.Connected, IsolationVerdict.Of(picture, 0));
    }

    [Fact]
    public void Without_networks_and_without_the_storage_nothing_is_known_of_the_others() =>
        Assert.Equal(Verdict.Unknown, Three.Cut(1).NoStorage(1).VerdictOf(1));

    [Fact]
    public void What_the_others_reach_is_not_guessed()
    {
        var picture = Three.Cut(1).SeenBy(1);
        picture = picture with { Hosts = [picture.Hosts[0], .. picture.Hosts.Skip(1).Select(h => h with { Reach = null })] };
        Assert.Equal(Verdict.Unknown, IsolationVerdict.Of(picture, 0));
    }

    private static IReadOnlyList<string> Evidence(Pictures pictures, int by) => VerdictEvidence.Of(pictures.SeenBy(by), by - 1);
}
