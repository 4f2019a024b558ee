using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Tests.Deciding;

public sealed class RightTests
{
    [Fact]
    public void A_renewal_that_ends_just_before_the_expiry_keeps_the_right()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Advance(5999);
        world.EndWrites();
        Assert.False(world.Expired);
        Assert.Equal(GuardedState.Free, world.State(10));
    }

    [Fact]
    public void The_right_counts_from_the_start_of_the_renewal_and_not_from_its_end()
    {
        var world = new CoreWorld();
        var start = world.Now.Boot;
        world.Advance(5000);
        world.EndWrites();
        Assert.Equal(start + 6_000_000_000, world.Report.Areas[0].Until);
        world.Advance(1000);
        Assert.True(world.Expired);
    }

    [Fact]
    public void A_completion_after_the_expiry_does_not_undo_it_even_when_no_tick_came_between()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Advance(5999);
        Assert.False(world.Expired);
        world.Pass(1);
        world.EndWrites();
        Assert.True(world.Expired);
        Assert.True(world.Signalled(10, ProcessSignal.Stop));
        world.Run(3000);
        Assert.True(world.Expired);
        Assert.Equal(0, world.InFlight);
    }

    [Fact]
    public void A_write_that_hangs_gets_no_second_one_beside_it()
    {
        var world = new CoreWorld();
        for (var i = 0; i < 50; i++)
        {
            world.Advance(100);
        }

        Assert.Equal(1, world.InFlight);
        Assert.Equal(1, world.Report.Areas[0].Failures);
    }

    [Fact]
    public void A_hanging_write_also_blocks_the_next_incarnation_and_never_counts_for_it()
    {
        var world = new CoreWorld();
        world.Advance(6000);
        Assert.Null(world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot, [])));
        var committed = world.Report.Areas[0].RenewalStarted;
        Assert.Equal(1, world.InFlight);
        world.Advance(300);
        world.EndWrites();
        Assert.Equal(committed, world.Report.Areas[0].RenewalStarted);
        Assert.Equal(1, world.InFlight);
        world.EndWrites();
        Assert.True(world.Report.Areas[0].RenewalStarted > committed);
    }

    [Fact]
    public void A_renewal_that_fails_is_tried_again_and_does_not_count()
    {
        var world = new CoreWorld();
        for (var i = 0; i < 29; i++)
        {
            world.EndWrites("no");
            world.Advance(200);
        }

        Assert.False(world.Expired);
        Assert.True(world.Report.Areas[0].Failures >= 28);
        world.EndWrites("no");
        world.Advance(200);
        Assert.True(world.Expired);
    }

    [Theory]
    [InlineData(1.0, 1.08)]
    [InlineData(1.08, 1.0)]
    public void The_faster_clock_ends_the_right(double raw, double boot)
    {
        var world = new CoreWorld();
        world.Advance(5555, raw, boot);
        Assert.False(world.Expired);
        world.Advance(5, raw, boot);
        Assert.True(world.Expired);
    }

    [Fact]
    public void A_suspend_that_only_one_clock_counts_ends_the_right()
    {
        var world = new CoreWorld();
        world.Advance(6000, rawRate: 0.0);
        Assert.True(world.Expired);
    }

    [Fact]
    public void The_commits_age_counts_as_the_first_renewals_age()
    {
        var world = new CoreWorld(open: false);
        var old = world.Now.Boot;
        world.Advance(5000);
        Assert.Null(world.Order(CoreWorld.Area(CoreWorld.Store, 600_000, world.FirstLife, old)));
        world.Advance(1000);
        Assert.True(world.Expired);
        Assert.Contains("commit another", world.Order(CoreWorld.Area("silver", 600_000, world.FirstLife, old)));
        Assert.Contains("future", world.Order(CoreWorld.Area("silver", 600_000, world.FirstLife, world.Now.Boot + 1)));
    }

    [Fact]
    public void Opening_the_same_area_and_incarnation_again_changes_nothing()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Run(1000);
        var before = world.Report.Areas[0];
        Assert.Null(world.Order(world.Area(CoreWorld.Store)));
        Assert.Equal(before, world.Report.Areas[0]);
        Assert.Contains("still have processes", world.Order(CoreWorld.Area(CoreWorld.Store, 600_000, Guid.NewGuid(), world.Now.Boot)));
    }

    [Fact]
    public void A_healthy_hour_renews_five_times_a_second_and_never_expires()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Run(60_000);
        Assert.False(world.Expired);
        Assert.InRange(world.Log.OfType<GuardAction.NoteRenewal>().Count(), 295, 305);
        Assert.DoesNotContain(world.Log, a => a is GuardAction.Signal or GuardAction.Pause);
    }

    [Fact]
    public void The_core_wants_to_be_woken_before_each_deadline()
    {
        var world = new CoreWorld();
        world.Advance(4150);
        Assert.InRange(world.Core.Patience(world.Now).TotalMilliseconds, 1, 50);
        world.Advance(1800);
        Assert.InRange(world.Core.Patience(world.Now).TotalMilliseconds, 1, 50);
    }
}
