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

    [Fact]
    public void Probes_that_stay_away_while_beats_come_show_a_hole_within_seconds_and_one_probe_ends_it()
    {
        HearProbing(1, 51, n => n <= 50);
        Assert.Equal((0, 0), evidence.Holes(Time(51), "cluster", 1));
        HearProbing(52, 79, _ => false);
        Assert.Equal((0, 0), evidence.Holes(Time(79), "cluster", 1));
        HearProbing(80, 81, _ => false);
        Assert.Equal((9000, 0), evidence.Holes(Time(81), "cluster", 1));
        Assert.Equal((9000, 9000), (evidence.Echo(Time(81), "cluster", 1)!.Hole, In(81).Hole));
        HearProbing(82, 82, _ => true);
        Assert.Equal((0, 0), evidence.Holes(Time(82), "cluster", 1));
    }

    [Fact]
    public void A_link_that_is_down_or_whose_sender_sends_no_probes_is_no_hole()
    {
        HearProbing(1, 20, _ => true);
        Assert.Equal((0, 0), evidence.Holes(Time(200), "cluster", 1));
        HearProbing(200, 205, _ => false);
        Assert.Equal((0, 0), evidence.Holes(Time(205), "cluster", 1));
        Hear(Enumerable.Range(206, 200));
        Assert.Equal((0, 0), evidence.Holes(Time(405), "cluster", 1));
    }

    [Fact]
    public void Half_of_all_packets_lost_is_no_hole_for_long()
    {
        HearProbing(1, 400, n => n % 100 == 0, n => n % 2 == 0);
        Assert.Equal((0, 0), evidence.Holes(Time(400), "cluster", 1));
        Assert.InRange(In(400).Loss, 0.4, 0.6);
    }

    [Fact]
    public void A_hole_on_the_way_out_is_known_by_the_peer_s_word()
    {
        evidence.Heard(Time(1), Of(1, Time(1) - Moment.Zero + Ahead) with { Echo = new(1, TimeSpan.Zero, 0, TimeSpan.Zero) { Hole = 1500 } });
        Assert.Equal((0, 1500), evidence.Holes(Time(1), "cluster", 1));
    }

    private void HearProbing(int first, int last, Func<int, bool> probed, Func<int, bool>? heard = null)
    {
        for (var n = first; n <= last; n++)
        {
            if (heard?.Invoke(n) != false)
            {
                evidence.Heard(Time(n), Of((ulong)n, Time(n) - Moment.Zero + Ahead) with { ProbeBytes = 9000 });
            }

            if (n % 10 == 0 && probed(n) || last == first)
            {
                evidence.Probed(new(1, Boot, "cluster", Time(n) - Moment.Zero, 9000));
            }
        }
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
