using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Evidence;

public sealed class LinkWatchTests
{
    private static readonly Guid Boot = Guid.NewGuid();
    private static readonly TimeSpan Beat = TimingPlan.Fast.Beat;

    // The peer's clock is 1000 s ahead of ours: nothing may depend on that.
    private static readonly TimeSpan Ahead = TimeSpan.FromSeconds(1000);
    private readonly NetworkEvidence evidence = new(0, [new ClusterNetwork("cluster", NetworkRoles.Cluster), new ClusterNetwork("storage", NetworkRoles.Storage)], TimingPlan.Fast);

    [Fact]
    public void Every_fifth_beat_lost_is_20_percent_and_a_restart_of_the_agent_is_no_loss()
    {
        Hear(Enumerable.Range(1, 100).Where(n => n % 5 != 0));
        Assert.InRange(In(100).Loss, 0.15, 0.25);

        // A new process counts from one again, in the same boot.
        for (var n = 1; n <= 20; n++)
        {
            evidence.Heard(Time(100 + n), Of((ulong)n, Time(100 + n) - Moment.Zero + Ahead));
        }

        Assert.Equal(0, In(120).Loss);
    }

    [Fact]
    public void A_link_that_dies_shows_its_loss_while_nothing_comes()
    {
        Hear(Enumerable.Range(1, 64));
        Assert.Equal(0, In(64).Loss);
        Assert.InRange(In(96).Loss, 0.4, 0.55);
        Assert.Equal(1, In(200).Loss);
    }

    [Fact]
    public void Delay_is_half_the_round_trip_and_what_a_direction_adds_to_it()
    {
        // 2 ms there, 2 ms back, and every second beat comes 10 ms late.
        for (var n = 1; n <= 40; n++)
        {
            evidence.Sent(Time(n), (ulong)n);
            var way = TimeSpan.FromMilliseconds(n % 2 == 0 ? 12 : 2);
            var sent = Time(n) + TimeSpan.FromMilliseconds(52);
            evidence.Heard(sent + way, Of((ulong)n, sent - Moment.Zero + Ahead) with { Echo = new((ulong)n, TimeSpan.FromMilliseconds(50), 0.5, TimeSpan.FromMilliseconds(3)) });
        }

        var (incoming, outgoing) = evidence.Quality(Time(41), "cluster", 1);
        Assert.Equal((7.0, 5.0), (incoming!.Delay!.Value.TotalMilliseconds, incoming.Spread.TotalMilliseconds));
        Assert.Equal((0.5, 2.0, 3.0), (outgoing!.Loss, outgoing.Delay!.Value.TotalMilliseconds, outgoing.Spread.TotalMilliseconds));
        Assert.Equal((null, null), evidence.Quality(Time(41), "storage", 1));
    }

    [Fact]
    public void A_late_or_doubled_beat_neither_takes_the_newest_back_nor_counts_as_lost()
    {
        Hear([1, 2, 3, 4, 5, 6, 7, 9]);
        Assert.True(In(9).Loss > 0);
        evidence.Heard(Time(9), Of(8, Time(8) - Moment.Zero + Ahead));
        evidence.Heard(Time(9), Of(8, Time(8) - Moment.Zero + Ahead));
        Assert.Equal(0, In(9).Loss);
        Assert.Equal(9ul, evidence.Newest(1)!.Sequence);
    }

    [Fact]
    public void What_is_heard_on_each_network_goes_to_every_peer_and_one_way_is_not_a_link()
    {
        Hear([1]);
        Assert.Equal((0b10ul, 0ul), (evidence.Views(Time(1))["cluster"], evidence.Views(Time(1))["storage"]));
        Assert.Equal(LinkState.OneWay, evidence.Link(Time(1), "cluster", 1));
        evidence.Heard(Time(2), Of(2, Time(2) - Moment.Zero + Ahead, heard: 1));
        Assert.Equal(LinkState.Ok, evidence.Link(Time(2), "cluster", 1));
        Assert.Equal(LinkState.Lost, evidence.Link(Time(20), "cluster", 1));
        Assert.Equal(LinkState.Unknown, evidence.Link(Time(2), "storage", 1));
    }

    private void Hear(IEnumerable<int> numbers)
    {
        foreach (var n in numbers)
        {
            evidence.Heard(Time(n), Of((ulong)n, Time(n) - Moment.Zero + Ahead));
        }
    }

    private LinkQuality In(int beat) => evidence.Quality(Time(beat), "cluster", 1).In!;

    private static Moment Time(int beat) => Moment.Zero + (Beat * beat);

    private static Heartbeat Of(ulong sequence, TimeSpan uptime, ulong heard = 0) => new(
        1, Boot, "cluster", sequence, uptime, ImmutableSortedDictionary<string, ulong>.Empty.Add("cluster", heard).Add("storage", 0), HeartbeatFlags.None, null);
}
