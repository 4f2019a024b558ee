using Holdfast.Core.Migration;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Migration;

public sealed class CopyWatchTests
{
    private const string Lost = "network migration is lost between a and b";
    private const long MiB = 1 << 20;
    private static readonly Moment Began = Moment.At(TimeSpan.FromSeconds(100));
    private readonly CopyWatch watch = new(Began, memoryMiB: 1024, firstPause: TimeSpan.FromMilliseconds(30), mostPause: TimeSpan.FromMilliseconds(300));

    [Fact]
    public void A_path_that_looks_broken_ends_a_copy_only_when_that_stands_still_as_well()
    {
        watch.Got(At(5), Sent(100));
        Assert.Null(watch.Look(At(5.7), Lost));
        watch.Got(At(5.7), Sent(101));
        Assert.Null(watch.Look(At(6.4), Lost));
        watch.Got(At(6.4), Sent(101));
        Assert.Null(watch.Look(At(6.5), fault: null));
        var end = watch.Look(At(6.5), Lost)!;
        Assert.Equal(($"its path died: {Lost}", MoveAgain.OtherPath), (end.Why, end.Again));
    }

    [Fact]
    public void A_copy_that_stands_still_ends_also_when_its_path_looks_well()
    {
        watch.Got(At(5), Sent(100));
        Assert.Null(watch.Look(At(14.9), fault: null));
        Assert.Equal(MoveAgain.OtherPath, watch.Look(At(15), fault: null)!.Again);
    }

    [Fact]
    public void A_guest_that_has_stopped_waits_for_its_last_pass_and_not_for_a_dead_path()
    {
        watch.Got(At(5), Sent(100));
        watch.Stopped(At(5));
        Assert.Null(watch.Look(At(5.7), Lost));
        Assert.StartsWith("its path died when the guest had stopped", watch.Look(At(5.8), Lost)!.Why, StringComparison.Ordinal);
        Assert.Null(watch.Look(At(8), fault: null));
        Assert.StartsWith("the guest stood still for 3.1 s", watch.Look(At(8.1), fault: null)!.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void The_allowed_pause_grows_while_the_rest_does_not_fit_into_it_and_no_further_than_its_most()
    {
        var pauses = new List<double>();
        for (var t = 1.0; t < 20; t += 0.25)
        {
            if (watch.Got(At(t), new((long)(t * MiB), 0, 0, Pass: 2, Pause: TimeSpan.FromSeconds(1))))
            {
                pauses.Add(watch.AllowedPause.TotalMilliseconds);
            }
        }

        Assert.Equal([60, 120, 240, 300], pauses);
    }

    [Fact]
    public void It_does_not_grow_in_the_first_pass_nor_for_a_moment()
    {
        var much = TimeSpan.FromSeconds(1);
        Assert.False(watch.Got(At(1), new(1, 0, 0, Pass: 1, Pause: much)));
        Assert.False(watch.Got(At(3), new(2, 0, 0, Pass: 1, Pause: much)));
        Assert.False(watch.Got(At(4), new(3, 0, 0, Pass: 2, Pause: much)));
        Assert.False(watch.Got(At(4.5), new(4, 0, 0, Pass: 2, Pause: TimeSpan.FromMilliseconds(30))));
        Assert.False(watch.Got(At(5.1), new(5, 0, 0, Pass: 3, Pause: much)));
        Assert.True(watch.Got(At(6.1), new(6, 0, 0, Pass: 3, Pause: much)));
    }

    [Fact]
    public void A_copy_that_does_not_converge_ends_with_the_figures_and_the_way_out()
    {
        for (var t = 1; t <= 300; t++)
        {
            watch.Got(At(t), new(t * MiB, MiB, MiB, Rate: 40 * MiB, Dirtied: 80.5 * MiB, Pass: 7, Pause: TimeSpan.FromSeconds(2)));
            Assert.Null(watch.Look(At(t), fault: null));
        }

        var end = watch.Look(At(300.5), fault: null)!;
        Assert.Equal(MoveAgain.Never, end.Again);
        Assert.Equal(
            "it does not converge on this path: after 300.5 s and 7 passes the guest writes 80.5 MiB/s and the path carries 40 MiB/s, so that it would stand still for 2000 ms, and 300 ms are allowed (--max-downtime)",
            end.Why);
    }

    private static Moment At(double seconds) => Began + TimeSpan.FromSeconds(seconds);

    private static MoveProgress Sent(long mib) => new(mib * MiB, 0, 1024 * MiB);
}
