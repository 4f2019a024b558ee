using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Evidence;

/// <summary>What a slot that is read again and again tells, and what it does not.</summary>
public sealed class SlotWatchTests
{
    private static readonly TimeSpan LongestGap = TimeSpan.FromMilliseconds(800);
    private static readonly TimeSpan Within = TimeSpan.FromMilliseconds(800);
    private readonly SlotWatch watch = new(3);
    private Moment now = Moment.Zero + TimeSpan.FromMinutes(1);

    [Fact]
    public void A_slot_that_changes_between_two_reads_shortly_after_each_other_moves()
    {
        Reads(1, after: 0.2);
        Assert.Null(watch.LastMoved);
        Reads(2, after: 0.2);
        Assert.Equal(now, watch.LastMoved);
        Assert.True(watch.Moves(Within));
    }

    [Fact]
    public void One_that_has_changed_while_nobody_looked_may_have_done_so_long_ago()
    {
        Reads(1, after: 0.2);
        Reads(2, after: 20);
        Assert.Null(watch.LastMoved);
        Assert.False(watch.Moves(Within));
        Reads(3, after: 0.2);
        Assert.True(watch.Moves(Within));
    }

    [Fact]
    public void One_that_was_seen_to_move_and_stands_still_moves_no_more()
    {
        Reads(1, after: 0.2);
        Reads(2, after: 0.2);
        for (var n = 0; n < 6; n++)
        {
            Reads(2, after: 0.2);
        }

        Assert.False(watch.Moves(Within));
        Assert.Equal(TimeSpan.FromSeconds(1.2), watch.Silence);
    }

    [Fact]
    public void That_it_moved_is_known_also_of_one_whose_silence_proves_nothing()
    {
        Reads(1, after: 0.2);
        watch.Void(now);
        Reads(2, after: 0.2);
        watch.Void(now);
        Assert.Equal(now, watch.LastMoved);
        Assert.Equal(TimeSpan.Zero, watch.Silence);
    }

    private void Reads(byte content, double after)
    {
        now += TimeSpan.FromSeconds(after);
        watch.Observe(new SlotReading(3, now, now, [content]), LongestGap);
    }
}
