using Holdfast.Adapters.Linux;

namespace Holdfast.Adapters.Tests.Linux;

public sealed class ClockWatchTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(Second, Second, false)]
    [InlineData(Second, Second - 15_000_000, false)]
    [InlineData(Second, Second - 80_000_000, true)]
    [InlineData(Second - 80_000_000, Second, true)]
    [InlineData(300 * Second, Second, true)]
    public void Clocks_disagree_when_one_gains_more_than_the_tolerance(long boot, long raw, bool apart) => Assert.Equal(apart, ClockWatch.Apart(boot, raw, 0.02));

    [Fact]
    public void The_clocks_of_this_host_agree() => Assert.False(new ClockWatch(0.02).Disagree());
}
