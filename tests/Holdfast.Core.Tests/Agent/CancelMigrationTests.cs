using Holdfast.Core.Agent;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Tests.Agent;

/// <summary>A person ends the migration of a machine that runs here.</summary>
public sealed class CancelMigrationTests
{
    private const long MoveOrder = 2;
    private const long CancelOrder = 3;
    private static readonly Guid Move = new(3, 3, 3, new byte[8]);

    [Fact]
    public void While_it_copies_the_job_is_aborted_and_the_machine_stays_and_runs()
    {
        var t = Copying();
        Cancel(t);
        Assert.Equal(1, t.Times<AbortMove>());
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("done", t.EndOf(CancelOrder));
        Assert.Contains("cancelled by order", t.EndOf(MoveOrder), StringComparison.Ordinal);
        Assert.Equal((LeaseState.Held, t.Life, "running"), (t.Entry.State, t.Entry.Owner, t.State));
        Assert.Contains(t.Told, m => m is MoveCancelled);
    }

    [Fact]
    public void Before_its_announcement_is_committed_it_is_withdrawn_after_that_and_libvirt_is_asked_for_nothing()
    {
        var t = AgentStory.Running();
        t.Reread = (_, _) => null;
        t.Tell(new OrderGiven(MoveOrder, new MoveMachine(AgentStory.Vm, 0, Move)));
        Cancel(t);
        Assert.Equal(LeaseState.Held, t.Entry.State);
        t.Reread = null;
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((0, "done"), (t.Times<Core.Agent.BeginMove>(), t.EndOf(CancelOrder)));
        Assert.Equal((LeaseState.Held, t.Life, "running"), (t.Entry.State, t.Entry.Owner, t.State));
        Assert.False(t.Guard.HandOver);
    }

    [Fact]
    public void While_libvirt_begins_nothing_is_undone_before_it_has_answered()
    {
        var t = AgentStory.Running();
        t.Hypervisor = call => call is Core.Agent.BeginMove ? null : new(call.Op, call.Machine);
        t.Tell(new OrderGiven(MoveOrder, new MoveMachine(AgentStory.Vm, 0, Move)));
        t.Pass(TimeSpan.FromMilliseconds(100));
        Cancel(t);
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((0, 0, null), (t.Times<AbortMove>(), t.Times<ConfirmMove>(), t.EndOf(CancelOrder)));
        t.End(t.Called<Core.Agent.BeginMove>());
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((1, "done"), (t.Times<ConfirmMove>(), t.EndOf(CancelOrder)));
        Assert.DoesNotContain(t.Told, m => m is MoveAsk);
    }

    [Fact]
    public void While_its_copy_here_is_being_frozen_it_is_thawed_after_that()
    {
        var t = Copying(call => call is FreezeAndLook ? null : new(call.Op, call.Machine));
        t.End(t.Called<PerformMove>());
        Cancel(t);
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((0, null), (t.Times<Thaw>(), t.EndOf(CancelOrder)));
        t.End(t.Called<FreezeAndLook>());
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((1, "done"), (t.Times<Thaw>(), t.EndOf(CancelOrder)));
        Assert.Equal((LeaseState.Held, t.Life), (t.Entry.State, t.Entry.Owner));
    }

    [Fact]
    public void Once_its_hand_over_is_proposed_it_is_too_late_and_the_machine_goes()
    {
        var t = Copying();
        t.End(t.Called<PerformMove>());
        t.Tell(new PeerSaid(new MoveComplete { Move = Move, Machine = AgentStory.Vm, From = 0 }));
        Cancel(t);
        Assert.Contains("too late", t.EndOf(CancelOrder), StringComparison.Ordinal);
        t.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal("done", t.EndOf(MoveOrder));
        Assert.NotEqual(t.Life, t.Entry.Owner);
    }

    [Fact]
    public void The_order_ends_only_when_the_machine_runs()
    {
        var refused = 3;
        var t = Copying(call => new(call.Op, call.Machine, call is Continue && refused-- > 0 ? "the monitor does not answer" : null));
        Cancel(t);
        Assert.Null(t.EndOf(CancelOrder));
        t.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Null(t.EndOf(CancelOrder));
        t.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal(("done", "running"), (t.EndOf(CancelOrder), t.State));
        Assert.True(refused < 0);
    }

    [Fact]
    public void Of_a_machine_that_does_not_go_on_it_says_that_it_does_not_run_and_why()
    {
        var t = Copying(call => new(call.Op, call.Machine, call is Continue ? "the monitor does not answer" : null));
        Cancel(t);
        t.Pass(TimeSpan.FromSeconds(12));
        Assert.Contains("does not run on b now: its CPUs could not be started: the monitor does not answer", t.EndOf(CancelOrder), StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_is_not_being_moved_has_nothing_to_cancel()
    {
        var t = AgentStory.Running();
        Cancel(t);
        Assert.Contains("m1 is not being moved away from b", t.EndOf(CancelOrder), StringComparison.Ordinal);
    }

    private static void Cancel(AgentStory t) => t.Tell(new OrderGiven(CancelOrder, new CancelMigration(AgentStory.Vm)));

    /// <summary>The machine is being copied to host 0; what comes of Perform is the test's.</summary>
    private static AgentStory Copying(Func<HypervisorCall, HypervisorResult?>? then = null)
    {
        var t = AgentStory.Running();
        t.Hypervisor = call => call is PerformMove ? null : then is null ? new(call.Op, call.Machine) : then(call);
        t.Tell(new OrderGiven(MoveOrder, new MoveMachine(AgentStory.Vm, 0, Move)));
        t.Pass(TimeSpan.FromMilliseconds(100));
        t.Tell(new PeerSaid(new MoveReady(null, "tcp:a", "migration") { Move = Move, Machine = AgentStory.Vm, From = 0 }));
        Assert.Equal((1, LeaseState.Moving), (t.Times<PerformMove>(), t.Entry.State));
        return t;
    }
}
