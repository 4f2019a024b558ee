using Holdfast.Core.Storage;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Storage;

public sealed class StoreTimerTests
{
    public static TheoryData<string> Profiles => [.. TimingPlan.Profiles.Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Profiles))]
    public void The_times_of_every_profile_follow_each_other(string profile) =>
        Assert.All(StoreTimers.Margins(TimingPlan.Find(profile)!, null), m => Assert.True(m.Spare > TimeSpan.Zero, m.ToString()));

    [Theory]
    [InlineData("fast", 4.1, null)]
    [InlineData("fast", 4.2, "use the profile standard,")]
    [InlineData("fast", 12, "use the profile san,")]
    [InlineData("san", 45, "no profile waits that long")]
    public void A_store_that_fails_over_more_slowly_than_machines_are_paused_is_refused_and_the_profile_that_fits_is_named(string profile, double failover, string? way)
    {
        var refusal = StoreTimers.Refusal("shared", TimingPlan.Find(profile)!, TimeSpan.FromSeconds(failover));
        Assert.Equal(way is null, refusal is null);
        Assert.Contains(way ?? "", refusal ?? "", StringComparison.Ordinal);
    }
}
