using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Tests.Deciding;

public sealed class ProcessTests
{
    [Fact]
    public void A_process_without_a_grant_is_frozen_whoever_started_it()
    {
        var world = new CoreWorld();
        world.Post(new GuardInput.ProcessSeen(10, 1, 1, Guid.NewGuid()));
        world.Post(new GuardInput.ProcessSeen(11, 1, 1, null));
        Assert.True(world.Signalled(10, ProcessSignal.Stop) && world.Signalled(11, ProcessSignal.Stop));
        Assert.Equal(GuardedState.Freezing, world.State(10));
        world.SeeStopped(10, 11);
        Assert.Equal(GuardedState.Frozen, world.State(10));
        Assert.Equal(GuardedState.Frozen, world.State(11));
    }

    [Fact]
    public void It_is_frozen_also_while_no_area_is_open()
    {
        var world = new CoreWorld(open: false);
        world.Post(new GuardInput.ProcessSeen(10, 1, 1, Guid.NewGuid()));
        Assert.True(world.Signalled(10, ProcessSignal.Stop));
    }

    [Fact]
    public void A_grant_that_comes_after_its_process_thaws_it()
    {
        var world = new CoreWorld();
        var machine = Guid.NewGuid();
        world.Post(new GuardInput.ProcessSeen(10, 1, 1, machine));
        world.SeeStopped(10);
        Assert.Null(world.Order(new Grant(machine, 3, [CoreWorld.Store], null)));
        Assert.True(world.Signalled(10, ProcessSignal.Continue));
        Assert.Equal(GuardedState.Free, world.State(10));
    }

    [Fact]
    public void A_process_that_somebody_else_stopped_is_left_alone()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Order(new Grant(new Guid(10, 0, 0, new byte[8]), 6, [CoreWorld.Store], null));
        world.Run(1000);
        Assert.DoesNotContain(world.Log, a => a is GuardAction.Signal);
    }

    [Fact]
    public void A_revoked_machine_that_still_lives_is_frozen()
    {
        var world = new CoreWorld();
        var machine = world.Machine(10, epoch: 5);
        Assert.Contains("newer", world.Order(new Revoke(machine, 4)));
        Assert.Equal(GuardedState.Free, world.State(10));
        Assert.Null(world.Order(new Revoke(machine, 5)));
        Assert.True(world.Signalled(10, ProcessSignal.Stop));
        Assert.Equal(0UL, world.Report.Machines.Single(m => m.Pid == 10).Epoch);
    }

    [Fact]
    public void An_older_epoch_is_refused_also_after_a_revoke()
    {
        var world = new CoreWorld();
        var machine = world.Machine(10, epoch: 5);
        Assert.Contains("older", world.Order(new Grant(machine, 4, [CoreWorld.Store], null)));
        Assert.Null(world.Order(new Revoke(machine, 7)));
        Assert.Contains("older", world.Order(new Grant(machine, 6, [CoreWorld.Store], null)));
        Assert.Null(world.Order(new Grant(machine, 8, [CoreWorld.Store], null)));
        Assert.Equal(8UL, world.Report.Machines.Single().Epoch);
    }

    [Fact]
    public void A_grant_is_refused_after_the_expiry_and_for_an_area_that_is_not_open()
    {
        var world = new CoreWorld();
        Assert.Contains("not open", world.Order(new Grant(Guid.NewGuid(), 1, ["silver"], null)));
        Assert.Contains("at least one", world.Order(new Grant(Guid.NewGuid(), 1, [], null)));
        world.Advance(6000);
        Assert.Contains("expired", world.Order(new Grant(Guid.NewGuid(), 1, [CoreWorld.Store], null)));
    }

    [Fact]
    public void A_second_process_of_a_machine_is_frozen_and_the_first_goes_on()
    {
        var world = new CoreWorld();
        var machine = world.Machine(10);
        world.Post(new GuardInput.ProcessSeen(11, 11, 1, machine));
        Assert.Equal(GuardedState.Free, world.State(10));
        Assert.True(world.Signalled(11, ProcessSignal.Stop));
        Assert.False(world.Signalled(10, ProcessSignal.Stop));
        Assert.Equal(2, world.Report.Machines.Select(m => m.Machine).Distinct().Count());
        world.Post(new GuardInput.ProcessGone(10));
        Assert.Equal(GuardedState.Free, world.State(11));
    }

    [Fact]
    public void A_fork_of_a_machines_process_shares_its_right_and_its_end()
    {
        var world = new CoreWorld();
        var machine = world.Machine(10);
        world.Post(new GuardInput.ProcessSeen(11, 11, 10, machine));
        Assert.False(world.Signalled(11, ProcessSignal.Stop));
        world.Advance(6000);
        Assert.True(world.Signalled(10, ProcessSignal.Stop) && world.Signalled(11, ProcessSignal.Stop));
    }

    [Fact]
    public void A_frozen_process_that_runs_again_is_stopped_again()
    {
        var world = new CoreWorld();
        world.Post(new GuardInput.ProcessSeen(10, 1, 1, Guid.NewGuid()));
        world.SeeStopped(10);
        world.Log.Clear();
        world.Post(new GuardInput.ThreadsSeen(10, false));
        Assert.True(world.Signalled(10, ProcessSignal.Stop));
        Assert.Equal(GuardedState.Freezing, world.State(10));
    }

    [Fact]
    public void Only_the_machines_of_the_lost_datastore_are_frozen()
    {
        var world = new CoreWorld();
        world.Order(world.Area("silver"));
        world.Machine(10, stores: [CoreWorld.Store]);
        world.Machine(11, stores: ["silver"]);
        world.Machine(12, stores: [CoreWorld.Store, "silver"]);
        for (var i = 0; i < 70; i++)
        {
            world.Advance(100);
            foreach (var write in world.Log.OfType<GuardAction.Renew>().Where(w => w.Area.Datastore == "silver").ToArray())
            {
                world.Log.Remove(write);
                world.Post(new GuardInput.Renewed(write.SlotKey, write.Token, null));
            }
        }

        Assert.Equal([true, false, true], new[] { 10, 11, 12 }.Select(pid => world.Signalled(pid, ProcessSignal.Stop)));
    }

    [Fact]
    public void Late_renewals_pause_the_guests_and_a_renewal_in_time_lets_them_go_on()
    {
        var world = new CoreWorld();
        world.Machine(10);
        world.Machine(11);
        world.Advance(4100);
        Assert.DoesNotContain(world.Log, a => a is GuardAction.Pause);
        world.Advance(100);
        Assert.Contains(new GuardAction.Pause(10, "/qmp/10"), world.Log);
        world.Post(new GuardInput.PauseEnded(10, true));
        world.Post(new GuardInput.PauseEnded(11, false));
        Assert.Equal(GuardedState.Stopped, world.State(10));
        Assert.Equal(GuardedState.Free, world.State(11));
        world.Advance(500);
        world.EndWrites();
        world.Advance(1);
        // The write that ended had begun long ago; the next one's success is what lets them go on.
        world.EndWrites();
        world.Advance(1);
        Assert.Contains(new GuardAction.Resume(10, "/qmp/10"), world.Log);
        Assert.DoesNotContain(new GuardAction.Resume(11, "/qmp/11"), world.Log);
        world.Post(new GuardInput.ResumeEnded(10, true));
        Assert.Equal(GuardedState.Free, world.State(10));
        Assert.DoesNotContain(world.Log, a => a is GuardAction.Signal);
    }

    [Fact]
    public void A_paused_guest_of_an_expired_area_is_frozen_and_goes_on_only_after_its_thaw()
    {
        var world = new CoreWorld();
        var machine = world.Machine(10);
        world.Advance(4200);
        world.Post(new GuardInput.PauseEnded(10, true));
        world.Advance(1800);
        world.SeeStopped(10);
        Assert.Equal(GuardedState.Frozen, world.State(10));
        Assert.DoesNotContain(world.Log, a => a is GuardAction.Resume);
        Assert.Null(world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot, [new(machine, 6)])));
        world.Advance(1);
        var thaw = world.Log.IndexOf(new GuardAction.Signal(10, ProcessSignal.Continue));
        Assert.InRange(thaw, 0, world.Log.IndexOf(new GuardAction.Resume(10, "/qmp/10")) - 1);
    }

    [Fact]
    public void Closing_is_refused_while_a_machine_has_a_process()
    {
        var world = new CoreWorld();
        world.Machine(10);
        Assert.Contains("still has a process", world.Order(new CloseArea(CoreWorld.Store)));
        world.Post(new GuardInput.ProcessGone(10));
        Assert.Null(world.Order(new CloseArea(CoreWorld.Store)));
        Assert.Empty(world.Report.Areas);
        Assert.Empty(world.Report.Machines);
    }
}
