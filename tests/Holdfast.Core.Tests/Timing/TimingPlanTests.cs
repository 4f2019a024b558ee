using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Timing;

public sealed class TimingPlanTests
{
    [Fact]
    public void The_profiles_are_safe_and_have_the_documented_values()
    {
        Assert.All(TimingPlan.Profiles, p => Assert.All(TimingInequality.Of(p), i => Assert.True(i.Holds, i.ToString())));
        Assert.Equal([6, 10, 20], TimingPlan.Profiles.Select(p => p.Ttl.TotalSeconds));
        Assert.Equal(TimingPlan.San, TimingPlan.Find("san"));
        Assert.Null(TimingPlan.Find("slow"));
    }

    [Fact]
    public void The_fast_profile_with_a_drain_of_4_s_proves_a_death_in_12_and_a_third_seconds()
    {
        var dead = TimingPlan.Fast.Dead(TimeSpan.FromSeconds(4)).TotalSeconds;
        Assert.Equal(8 * 1.02 / 0.98 + 4, dead, 3);
    }

    [Fact]
    public void A_slow_store_has_a_floor_and_an_infinite_drain_gives_no_proof_by_time()
    {
        Assert.Equal(30, TimingPlan.Standard.Dead(TimeSpan.Zero).TotalSeconds);
        Assert.Equal(79, TimingPlan.San.Dead(TimeSpan.FromSeconds(4)).TotalSeconds);
        Assert.Equal(TimingPlan.Infinite, TimingPlan.Fast.Dead(TimingPlan.Infinite));
    }

    [Theory]
    [InlineData(0.2, 6, 1, 1, 7.5, 0.8)] // fires after expiry + stop
    [InlineData(0.2, 6, 1, 1, 6.5, 0.8)] // no room to pet it
    [InlineData(0.2, 6, 1, 1, 1, 0.8)] // fires in the middle of a freeze
    [InlineData(1, 6, 1, 1, 4, 3)] // one lost renewal in six is a loss of the right
    [InlineData(0.2, 6, 1, 1, 4, 0.3)] // the fast shot after one missed renewal
    [InlineData(0.2, 6, 2, 1, 4, 0.8)] // QMP stop has no time
    public void An_unsafe_plan_cannot_be_constructed(double renew, double ttl, double stop, double reset, double watchdog, double suspect)
    {
        static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
        var error = Assert.Throws<ArgumentException>(() => new TimingPlan("mine", S(renew), S(ttl), S(stop), S(reset), S(watchdog), S(suspect), TimeSpan.Zero));
        Assert.StartsWith("Timing profile 'mine' is not safe: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_timers_print_every_value_and_every_inequality()
    {
        var lines = TimingPlan.Fast.Describe(TimeSpan.FromSeconds(4)).Select(l => l.ToString()).ToList();
        Assert.Contains("renew: 0.2 s (the guard rewrites its slot and reads the others this often)", lines);
        Assert.Contains(lines, l => l.StartsWith("dead: 12.327 s", StringComparison.Ordinal));
        Assert.Equal(TimingInequality.Of(TimingPlan.Fast).Count, lines.Count(l => l.StartsWith("asserted: ", StringComparison.Ordinal)));
    }

    [Fact]
    public void Moments_subtract_to_spans_and_saturate_at_never()
    {
        var t = Moment.At(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(2), t + TimeSpan.FromSeconds(2) - t);
        Assert.Equal(Moment.Never, t + TimingPlan.Infinite);
        Assert.True(t < Moment.Never && Moment.Zero < t && t >= Moment.At(TimeSpan.FromSeconds(3)));
        Assert.Equal(t, Moment.Earlier(t, Moment.Never));
    }
}
