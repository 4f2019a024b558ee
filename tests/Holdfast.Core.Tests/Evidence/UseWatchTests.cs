using Holdfast.Core.Evidence;

namespace Holdfast.Core.Tests.Evidence;

public sealed class UseWatchTests
{
    [Fact]
    public void Use_is_known_from_the_second_pulse_on_and_sums_all_virtual_processors()
    {
        var watch = new UseWatch(TimeSpan.FromSeconds(25));
        watch.Take(Pulse(10, 100, 50));
        Assert.Null(watch.Use);
        watch.Take(Pulse(20, 109, 56) with { MemoryMiB = 300 });
        Assert.Equal((1.5, 300L), (Math.Round(watch.Use!.Cpus, 6), watch.Use.MemoryMiB!.Value));
    }

    [Fact]
    public void A_rise_is_followed_at_once_and_a_fall_slowly()
    {
        var watch = new UseWatch(TimeSpan.FromSeconds(25));
        watch.Take(Pulse(0, 0));
        watch.Take(Pulse(10, 0));
        watch.Take(Pulse(20, 10));
        Assert.InRange(watch.Use!.Cpus, 0.6, 0.8);
        watch.Take(Pulse(30, 10));
        Assert.InRange(watch.Use.Cpus, 0.55, 0.75);
    }

    [Fact]
    public void What_was_between_two_pulses_that_lie_far_apart_is_not_known()
    {
        var watch = new UseWatch(TimeSpan.FromSeconds(25));
        watch.Take(Pulse(0, 0));
        watch.Take(Pulse(30, 30));
        Assert.Null(watch.Use);
    }

    private static GuestPulse Pulse(double at, params double[] cpus) => new(TimeSpan.FromSeconds(at), GuestAgentSign.Answers, 0, [.. cpus.Select(TimeSpan.FromSeconds)], false);
}
