using Holdfast.Core.Migration;

namespace Holdfast.Core.Tests.Migration;

public sealed class MigrationEstimateTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(300);

    [Fact]
    public void Memory_that_nobody_writes_is_copied_once_and_the_pause_is_the_hand_over_alone()
    {
        var e = MigrationEstimate.Of(1000, 100, 0, Limit);
        Assert.Equal((1, 10.025, MigrationEstimate.HandOver), (e.Passes, e.Total!.Value.TotalSeconds, e.Pause));
    }

    [Fact]
    public void Each_pass_copies_what_the_pass_before_let_be_dirtied_until_the_rest_fits_the_pause()
    {
        // 1000, 500, 250, 125, 62.5, and 31.25 is above 30, so one more: 15.625 are left for the pause.
        var e = MigrationEstimate.Of(1000, 100, 50, Limit);
        Assert.Equal(6, e.Passes);
        Assert.Equal(15.625 / 100, (e.Pause!.Value - MigrationEstimate.HandOver).TotalSeconds, 6);
        Assert.Equal((1000 + 500 + 250 + 125 + 62.5 + 31.25 + 15.625) / 100, (e.Total!.Value - MigrationEstimate.HandOver).TotalSeconds, 6);
    }

    [Fact]
    public void What_fits_the_pause_at_once_is_copied_in_it()
    {
        var e = MigrationEstimate.Of(29, 100, 5000, Limit);
        Assert.Equal((0, 0.315, e.Total), (e.Passes, e.Pause!.Value.TotalSeconds, e.Pause));
    }

    [Fact]
    public void A_smaller_downtime_limit_takes_more_passes_and_a_shorter_pause()
    {
        var (wide, narrow) = (MigrationEstimate.Of(1000, 100, 50, Limit), MigrationEstimate.Of(1000, 100, 50, TimeSpan.FromMilliseconds(30)));
        Assert.True(narrow.Passes > wide.Passes && narrow.Pause < wide.Pause && narrow.Total > wide.Total);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100.5)]
    [InlineData(10_000)]
    public void Dirtied_as_fast_as_the_path_carries_or_faster_it_never_ends(double dirty) => Assert.Equal(new(null, null, null), MigrationEstimate.Of(1000, 100, dirty, Limit));

    [Fact]
    public void Just_below_the_path_it_ends_late_and_without_any_pause_to_plan_for_it_never_does()
    {
        Assert.True(MigrationEstimate.Of(1000, 100, 99, Limit) is { Converges: true, Passes: > 300, Total.TotalSeconds: > 900 });
        Assert.False(MigrationEstimate.Of(1000, 100, 99, TimeSpan.Zero).Converges);
    }

    [Fact]
    public void Nothing_to_copy_is_done_at_once() => Assert.Equal(new(0, MigrationEstimate.HandOver, MigrationEstimate.HandOver), MigrationEstimate.Of(0, 100, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(1000, 0, 1)]
    [InlineData(1000, double.NaN, 1)]
    [InlineData(-1, 100, 1)]
    [InlineData(1000, 100, double.PositiveInfinity)]
    public void Figures_that_are_none_are_not_estimated_from(double memory, double bandwidth, double dirty) =>
        Assert.Throws<BrokenInvariantException>(() => MigrationEstimate.Of(memory, bandwidth, dirty, Limit));
}
