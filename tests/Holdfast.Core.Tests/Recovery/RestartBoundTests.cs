using Holdfast.Core.Agent;
using Holdfast.Core.Recovery;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Recovery;

public sealed class RestartBoundTests
{
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(4);

    [Fact]
    public void By_time_there_is_a_bound_only_where_silence_proves_a_death()
    {
        Assert.Equal(15.5, RestartBound.Of(TimingPlan.Fast, Drain, [], fastShot: false, timeProves: true).WithoutDeviceSeconds, 0.1);
        Assert.Equal(double.PositiveInfinity, RestartBound.Of(TimingPlan.Fast, Drain, [], fastShot: false, timeProves: false).WithoutDeviceSeconds);
        Assert.Equal(double.PositiveInfinity, RestartBound.Of(TimingPlan.Fast, TimingPlan.Infinite, [], fastShot: false, timeProves: true).WithoutDeviceSeconds);
    }

    [Fact]
    public void On_a_store_with_infinite_drain_a_device_gives_a_bound_only_when_it_cuts_the_path()
    {
        Assert.Equal(double.PositiveInfinity, RestartBound.Of(TimingPlan.Fast, TimingPlan.Infinite, [new FenceLevel("board", CutsPath: false)], fastShot: true, timeProves: true).WithDeviceSeconds);
        Assert.InRange(RestartBound.Of(TimingPlan.Fast, TimingPlan.Infinite, [new FenceLevel("port", CutsPath: true)], fastShot: true, timeProves: true).WithDeviceSeconds!.Value, 1, 10);
    }
}
