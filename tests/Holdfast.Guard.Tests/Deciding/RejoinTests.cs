using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Tests.Deciding;

public sealed class RejoinTests
{
    private static CoreWorld Frozen(out Guid kept, out Guid lost, out Guid revoked)
    {
        var world = new CoreWorld();
        kept = world.Machine(10);
        lost = world.Machine(11);
        revoked = world.Machine(12);
        world.Order(new Revoke(revoked, 5));
        world.Advance(6000);
        world.SeeStopped(10, 11, 12);
        world.Log.Clear();
        return world;
    }

    [Fact]
    public void A_rejoin_thaws_exactly_its_list_and_kills_the_others()
    {
        var world = Frozen(out var kept, out _, out _);
        Assert.Null(world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot, [new(kept, 9)])));
        Assert.True(world.Signalled(10, ProcessSignal.Continue));
        Assert.False(world.Signalled(10, ProcessSignal.Kill));
        foreach (var pid in new[] { 11, 12 })
        {
            Assert.True(world.Signalled(pid, ProcessSignal.Kill));
            Assert.False(world.Signalled(pid, ProcessSignal.Continue));
            Assert.Equal(GuardedState.Ending, world.State(pid));
        }

        Assert.Equal(9UL, world.Report.Machines.Single(m => m.Machine == kept).Epoch);
        Assert.False(world.Expired);
    }

    [Fact]
    public void A_rejoin_is_refused_unless_it_brings_a_fresh_new_incarnation_of_an_expired_area()
    {
        var healthy = new CoreWorld();
        Assert.Contains("not expired", healthy.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), healthy.Now.Boot, [])));
        var world = Frozen(out var kept, out _, out _);
        Assert.Contains("for good", world.Order(new Rejoin(CoreWorld.Store, world.FirstLife, world.Now.Boot, [])));
        Assert.Contains("ttl", world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot - 6_000_000_000, [])));
        Assert.Contains("older", world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot, [new(kept, 4)])));
        Assert.Contains("not open", world.Order(new Rejoin("silver", Guid.NewGuid(), world.Now.Boot, [])));
        Assert.True(world.Expired);
        Assert.DoesNotContain(world.Log, a => a is GuardAction.Signal);
    }

    [Fact]
    public void A_machine_on_two_expired_datastores_waits_for_both()
    {
        var world = new CoreWorld();
        world.Order(world.Area("silver"));
        var machine = world.Machine(10, stores: [CoreWorld.Store, "silver"]);
        world.Advance(6000);
        world.SeeStopped(10);
        world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot, [new(machine, 6)]));
        Assert.Equal(GuardedState.Frozen, world.State(10));
        world.Order(new Rejoin("silver", Guid.NewGuid(), world.Now.Boot, [new(machine, 7)]));
        Assert.Equal(GuardedState.Free, world.State(10));
    }

    [Fact]
    public void A_thaw_waits_until_the_watchdog_would_fire_in_time_again()
    {
        var world = Frozen(out var kept, out _, out _);
        world.Look();
        Assert.True(world.Petted());
        var now = world.Now;
        // The commit began 3.5 s ago, and the watchdog was petted just now: it would fire 0.5 s too late.
        world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), now.Boot - 3_500_000_000, [new(kept, 9)]));
        Assert.Equal(GuardedState.Frozen, world.State(10));
        world.EndWrites();
        world.Advance(1);
        world.EndWrites();
        Assert.Equal(GuardedState.Free, world.State(10));
    }

    [Fact]
    public void A_restarted_guard_keeps_the_deadline_the_grants_and_the_latch()
    {
        var world = new CoreWorld();
        world.Machine(10, epoch: 7);
        world.Run(2000);
        var until = world.Report.Areas[0].Until;
        world.Restart(afterMilliseconds: 500);
        Assert.Equal(until, world.Report.Areas[0].Until);
        Assert.Equal(7UL, world.Report.Machines.Single().Epoch);
        world.Post(new GuardInput.ProcessSeen(10, 10, 1, new Guid(10, 0, 0, new byte[8])));
        Assert.DoesNotContain(world.Log, a => a is GuardAction.Signal);
        world.Restart(afterMilliseconds: 6000);
        Assert.True(world.Expired);
        world.Post(new GuardInput.ProcessSeen(10, 10, 1, new Guid(10, 0, 0, new byte[8])));
        Assert.True(world.Signalled(10, ProcessSignal.Stop));
        world.Restart();
        Assert.True(world.Expired);
        Assert.Contains("older", world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), world.Now.Boot, [new(new Guid(10, 0, 0, new byte[8]), 6)])));
    }

    [Fact]
    public void A_restarted_guard_thaws_what_the_former_one_had_stopped_and_nothing_else()
    {
        var world = new CoreWorld();
        var (one, other) = (Guid.NewGuid(), Guid.NewGuid());
        world.Post(new GuardInput.ProcessSeen(10, 10, 1, one));
        world.SeeStopped(10);
        world.Restart();
        world.EndWrites();
        Assert.Null(world.Order(new Grant(one, 1, [CoreWorld.Store], null)));
        Assert.Null(world.Order(new Grant(other, 1, [CoreWorld.Store], null)));
        world.Post(new GuardInput.ProcessSeen(10, 10, 1, one));
        world.Post(new GuardInput.ProcessSeen(11, 11, 1, other));
        Assert.True(world.Signalled(10, ProcessSignal.Continue));
        Assert.False(world.Signalled(11, ProcessSignal.Continue));
    }

    [Fact]
    public void A_memory_of_another_boot_is_not_used()
    {
        var world = new CoreWorld();
        var core = new GuardCore(Guid.NewGuid(), "another boot", true, world.Now, world.Core.Memory());
        Assert.Empty(core.Report(world.Now).Areas);
    }

    [Fact]
    public void Without_an_agent_the_slot_says_so_after_three_seconds_and_the_right_ends_after_the_limit()
    {
        var world = new CoreWorld(agentlessMs: 60_000);
        world.Machine(10);
        world.Run(1000);
        world.Log.Clear();
        Alone(world, 2900);
        Assert.DoesNotContain(world.Log.OfType<GuardAction.Renew>(), w => w.Flags.HasFlag(HeartbeatFlags.Agentless));
        Alone(world, 600);
        Assert.True(world.Log.OfType<GuardAction.Renew>().Last().Flags.HasFlag(HeartbeatFlags.Agentless));
        Alone(world, 56_000);
        Assert.False(world.Expired);
        Alone(world, 6700);
        Assert.True(world.Expired);
    }

    [Fact]
    public void With_a_hand_over_open_it_ends_five_seconds_and_a_ttl_after_the_agents_last_order()
    {
        var world = new CoreWorld();
        world.Order(new HandOverOpen(true));
        Alone(world, 4900);
        Assert.Equal(0, world.Report.Areas[0].Failures);
        Alone(world, 5700);
        Assert.False(world.Expired);
        Alone(world, 600);
        Assert.True(world.Expired);
    }

    [Fact]
    public void An_agent_that_is_back_before_the_expiry_lets_it_go_on()
    {
        var world = new CoreWorld();
        world.Order(new HandOverOpen(true));
        Alone(world, 10_000);
        world.Run(3000);
        Assert.False(world.Expired);
    }

    private static void Alone(CoreWorld world, int milliseconds)
    {
        for (var passed = 0; passed < milliseconds; passed += 100)
        {
            world.EndWrites();
            world.Advance(100);
        }
    }
}
