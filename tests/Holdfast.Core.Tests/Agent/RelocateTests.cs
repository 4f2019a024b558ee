using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

/// <summary>A person takes a machine that runs here to another host with its guest shut down between.</summary>
public sealed class RelocateTests
{
    private const long Order = 2;

    [Fact]
    public void Its_guest_is_asked_to_shut_down_and_when_it_is_gone_the_target_owns_it_still_wanted()
    {
        var t = Relocating();
        Assert.True(t.Called<ShutDown>().StaysWanted);
        ShutsDown(t);
        Assert.Equal("done", t.EndOf(Order));
        Assert.Equal((LeaseState.Held, WantedState.Run, 0), (t.Entry.State, t.Entry.Wanted, t.Entry.Owner!.Value.Slot.Value));
        Assert.Equal(0, t.Times<End>());
        Assert.Contains("relocated", t.Decisions);
    }

    [Fact]
    public void A_guest_that_does_not_shut_down_stays_and_runs_and_is_not_killed_and_one_that_does_it_later_is_started_here_again()
    {
        var t = Relocating();
        t.Pass(TimeSpan.FromSeconds(12));
        Assert.Contains("its guest has not shut down within 10 s, and it stays on b", t.EndOf(Order), StringComparison.Ordinal);
        Assert.Equal(("running", 0), (t.State, t.Times<End>()));
        ShutsDown(t);
        Assert.Equal((WantedState.Run, t.Life, "running"), (t.Entry.Wanted, t.Entry.Owner, t.State));
        Assert.Equal(2, t.Times<CreatePaused>());
    }

    [Fact]
    public void A_guest_that_shuts_down_long_after_it_was_asked_does_so_by_its_own_wish()
    {
        var t = Relocating();
        t.Pass(TimeSpan.FromMinutes(11));
        ShutsDown(t);
        Assert.Equal((LeaseState.Free, WantedState.Stop), (t.Entry.State, t.Entry.Wanted));
    }

    [Fact]
    public void A_drain_says_of_it_that_it_is_on_its_way()
    {
        var t = Relocating();
        t.Tell(new DrainSet(true, "somebody: a new kernel"));
        t.Pass(TimeSpan.FromMilliseconds(200));
        var waits = Assert.Single(t.Agent.Snapshot().Drain!.Machines);
        Assert.Equal(("waits", "it is being shut down, to be started elsewhere"), (waits.State, waits.Why));
        Assert.Empty(t.Told.OfType<MoveAsk>());
    }

    [Fact]
    public void A_target_that_is_drained_meanwhile_gets_nothing_and_the_machine_is_started_here_again()
    {
        var t = Relocating();
        t.Flags = HeartbeatFlags.Draining | HeartbeatFlags.Leaving;
        Hear(t);
        ShutsDown(t);
        Assert.Contains("m1 was not relocated: a is being drained (until 'holdfast host resume a'), so it is started on b again", t.EndOf(Order), StringComparison.Ordinal);
        Assert.Equal((WantedState.Run, t.Life, "running"), (t.Entry.Wanted, t.Entry.Owner, t.State));
    }

    [Fact]
    public void A_process_that_dies_instead_is_given_only_when_nothing_of_it_can_land_any_more()
    {
        var t = Relocating();
        t.Happens(MachineEventKind.Gone);
        t.Pass(t.Drain - TimeSpan.FromMilliseconds(200));
        Assert.Equal(t.Life, t.Entry.Owner);
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((0, "done"), (t.Entry.Owner!.Value.Slot.Value, t.EndOf(Order)));
    }

    [Fact]
    public void A_person_who_stops_it_meanwhile_has_the_last_word()
    {
        var t = Relocating();
        t.Tell(new OrderGiven(3, new WantMachine(AgentStory.Vm, Run: false)));
        t.Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal("m1 was not relocated: it was stopped meanwhile", t.EndOf(Order));
        ShutsDown(t);
        Assert.Equal((LeaseState.Free, WantedState.Stop), (t.Entry.State, t.Entry.Wanted));
    }

    [Fact]
    public void An_agent_that_starts_while_the_guest_shuts_down_does_not_take_its_end_for_a_wish()
    {
        var t = Relocating();
        t.Hypervisor = call => new(call.Op, call.Machine) { Found = call is FindAll ? [new(AgentStory.Vm, "m1", t.Entry.Epoch.Value, 4711, Running: true, LetGo: true)] : [] };
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal("running", t.State);
        ShutsDown(t);
        Assert.Equal((WantedState.Run, t.Life, "running"), (t.Entry.Wanted, t.Entry.Owner, t.State));
    }

    [Fact]
    public void Nothing_is_shut_down_for_a_target_that_cannot_take_it()
    {
        var t = AgentStory.Running();
        t.Flags = HeartbeatFlags.Draining | HeartbeatFlags.Leaving;
        Hear(t);
        Give(t, 0);
        Assert.Equal("m1 cannot be relocated to a: a is being drained (until 'holdfast host resume a')", t.EndOf(Order));
        Give(t, null, 3);
        Assert.Contains("m1 cannot be relocated: no other host can take it: a is being drained", t.EndOf(3), StringComparison.Ordinal);
        Assert.Equal(0, t.Times<ShutDown>());
    }

    [Fact]
    public void It_is_not_migrated_meanwhile()
    {
        var t = Relocating();
        t.Tell(new OrderGiven(3, new MoveMachine(AgentStory.Vm, 0, Guid.NewGuid())));
        Assert.Contains("is being moved already", t.EndOf(3), StringComparison.Ordinal);
    }

    private static AgentStory Relocating()
    {
        var t = AgentStory.Running();
        Hear(t);
        Give(t, 0);
        t.Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal((1, null), (t.Times<ShutDown>(), t.EndOf(Order)));
        return t;
    }

    private static void Give(AgentStory t, int? target, long order = Order) => t.Tell(new OrderGiven(order, new RelocateMachine(AgentStory.Vm, target, TimeSpan.FromSeconds(10))));

    private static void ShutsDown(AgentStory t)
    {
        t.Happens(MachineEventKind.Stopped);
        t.Happens(MachineEventKind.GuestShutDown);
        t.Happens(MachineEventKind.Gone);
        t.Guard.Machines.Remove(AgentStory.Vm);
        t.Pass(TimeSpan.FromSeconds(2));
    }

    /// <summary>The others are heard, so that what they say of themselves is known.</summary>
    private static void Hear(AgentStory t)
    {
        for (var beat = 0; beat < 3; beat++)
        {
            t.Beats(0, 0b111);
            t.Beats(2, 0b111);
            t.Pass(TimeSpan.FromMilliseconds(200));
        }
    }
}
