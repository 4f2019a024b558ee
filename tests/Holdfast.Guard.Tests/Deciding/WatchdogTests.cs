using CsCheck;
using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Tests.Deciding;

public sealed class WatchdogTests
{
    [Fact]
    public void It_is_petted_while_it_would_fire_no_later_than_expiry_and_stop()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.EndWrites();
        world.Look();
        world.Advance(2900);
        world.Look();
        Assert.True(world.Petted());
        world.Advance(600);
        world.Look();
        Assert.False(world.Petted());
    }

    [Fact]
    public void After_the_expiry_it_is_petted_only_when_all_is_frozen()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Machine(11);
        world.Advance(6000);
        world.Look();
        Assert.False(world.Petted());
        world.SeeStopped(10);
        Assert.False(world.Petted());
        world.SeeStopped(11);
        Assert.True(world.Petted());
    }

    [Fact]
    public void It_is_not_petted_before_a_look_that_began_after_the_expiry()
    {
        var world = new CoreWorld();
        world.Look();
        world.Advance(6000);
        Assert.False(world.Petted());
        world.Look();
        Assert.True(world.Petted());
        world.Advance(1100);
        Assert.False(world.Petted());
    }

    [Fact]
    public void A_process_without_grant_that_does_not_stand_still_prevents_it_after_an_expiry()
    {
        var world = new CoreWorld();
        world.Advance(6000);
        world.Post(new GuardInput.ProcessSeen(10, 10, 1, Guid.NewGuid()));
        world.Look();
        Assert.False(world.Petted());
        world.SeeStopped(10);
        Assert.True(world.Petted());
    }

    [Fact]
    public void A_killed_process_counts_as_still_only_when_it_was_frozen_before()
    {
        var world = new CoreWorld();
        world.Order(world.Area("silver"));
        var machine = world.Machine(10, stores: [CoreWorld.Store, "silver"]);
        world.Advance(6000);
        world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot, []));
        Assert.Equal(GuardedState.Ending, world.State(10));
        world.Advance(500);
        world.Look();
        Assert.False(world.Petted());
        world.Post(new GuardInput.ProcessGone(10));
        Assert.True(world.Petted());
        Assert.NotEqual(Guid.Empty, machine);
    }

    [Fact]
    public void A_restarted_guard_whose_right_has_passed_does_not_arm_it_before_all_is_frozen()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Restart(afterMilliseconds: 6000);
        world.Post(new GuardInput.ProcessSeen(10, 10, 1, new Guid(10, 0, 0, new byte[8])));
        world.Look();
        Assert.False(world.Petted());
        world.SeeStopped(10);
        Assert.True(world.Petted());
    }

    [Fact]
    public void A_grant_is_refused_while_the_last_petting_would_not_cover_its_machine()
    {
        var world = new CoreWorld();
        world.Advance(4000);
        world.Look();
        // No machine is there, so petting a late area is right.
        Assert.True(world.Petted());
        Assert.Contains("would not cover", world.Order(new Grant(Guid.NewGuid(), 1, [CoreWorld.Store], null)));
        world.EndWrites();
        world.Advance(1);
        world.EndWrites();
        Assert.Null(world.Order(new Grant(Guid.NewGuid(), 1, [CoreWorld.Store], null)));
    }

    [Fact]
    public void A_device_that_counts_longer_than_asked_is_petted_more_strictly()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Post(new GuardInput.WatchdogArmed(TimeSpan.FromSeconds(6)));
        world.EndWrites();
        world.Advance(1100);
        world.Look();
        Assert.False(world.Petted());
    }

    /// <summary>
    /// The promise of DESIGN §4, whatever happens in whichever order: a machine that can execute has a right, or the watchdog fires no
    /// later than the end of that right + stop. Checked after every step of random lives.
    /// </summary>
    [Fact]
    public void In_random_lives_no_machine_runs_longer_than_its_right_and_the_watchdog_allow() =>
        Gen.Select(Gen.Int[0, 13], Gen.Int[0, 2500]).Array[1, 120].Sample(
            steps =>
            {
                var life = new RandomLife();
                foreach (var (act, time) in steps)
                {
                    life.Act(act, time);
                    life.Check();
                }
            },
            iter: 4000);
}
