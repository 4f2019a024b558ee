using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Storage;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

/// <summary>Orders to change the files of a machine's disks: who may, when, and what nothing else does meanwhile.</summary>
public sealed class DiskWorkTests
{
    private const long Order = 2;
    private static readonly DiskWork Take = new TakeSnapshot("one", Quiesce: true);

    [Fact]
    public void A_running_machines_disks_are_changed_by_its_host_under_its_epoch_and_it_runs_on()
    {
        var t = AgentStory.Running();
        Give(t, Take);
        var call = t.Called<ChangeDisks>();
        Assert.Equal((true, t.Entry.Epoch.Value, "/store/machines/m1"), (call.Runs, call.Epoch, call.Folder));
        Assert.Equal(("done", "running", 0), (t.EndOf(Order), t.State, t.Times<End>()));
    }

    [Fact]
    public void A_stopped_machine_is_held_while_its_disks_are_changed_and_free_again_after_it()
    {
        var t = Stopped();
        var answer = Held(t);
        Give(t, new RevertToSnapshot("one"));
        Assert.Equal((LeaseState.Held, t.Life), (t.Entry.State, t.Entry.Owner));
        Assert.Equal((false, t.Entry.Epoch.Value), (answer().Runs, answer().Epoch));
        t.Pass(TimeSpan.FromSeconds(30));
        Assert.Equal(LeaseState.Held, t.Entry.State);

        t.End(answer());
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(("done", LeaseState.Free, WantedState.Stop), (t.EndOf(Order), t.Entry.State, t.Entry.Wanted));
        Assert.Equal(1, t.Times<CreatePaused>());
    }

    [Fact]
    public void A_host_that_takes_no_machines_takes_none_for_this_work_either()
    {
        var t = Stopped();
        t.Tell(new HighAvailabilitySet(TimeSpan.FromMinutes(2), "somebody: the switch"));
        t.Pass(TimeSpan.FromSeconds(3));
        Give(t, new RevertToSnapshot("one"));
        Assert.Contains("takes no machines now (joining, leaving or disarmed)", t.EndOf(Order), StringComparison.Ordinal);
        Assert.Equal((LeaseState.Free, 0), (t.Entry.State, t.Times<ChangeDisks>()));
    }

    [Fact]
    public void One_that_is_started_meanwhile_starts_when_the_work_has_ended_and_not_before()
    {
        var t = Stopped();
        var answer = Held(t);
        Give(t, new RevertToSnapshot("one"));
        t.Tell(new OrderGiven(3, new WantMachine(AgentStory.Vm, Run: true)));
        t.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(1, t.Times<CreatePaused>());

        t.End(answer());
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal((2, "running"), (t.Times<CreatePaused>(), t.State));
    }

    [Fact]
    public void A_machine_whose_disks_are_being_changed_is_neither_moved_nor_stopped_nor_worked_on_again_until_that_has_ended()
    {
        var t = AgentStory.Running();
        var answer = Held(t);
        Give(t, Take);
        t.Tell(new OrderGiven(3, new MoveMachine(AgentStory.Vm, 0, Guid.NewGuid())));
        t.Tell(new OrderGiven(4, new WorkOnDisks(AgentStory.Vm, Take)));
        t.Tell(new OrderGiven(5, new WantMachine(AgentStory.Vm, Run: false)));
        t.Pass(TimeSpan.FromSeconds(5));
        Assert.Contains("the snapshot 'one' is taken; try again when that has ended", t.EndOf(3), StringComparison.Ordinal);
        Assert.Contains("m1 is being worked on", t.EndOf(4), StringComparison.Ordinal);
        Assert.Equal((LeaseState.Held, 0), (t.Entry.State, t.Times<ShutDown>()));

        t.End(answer());
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(1, t.Times<ShutDown>());
    }

    [Fact]
    public void What_only_a_stopped_machine_allows_is_refused_while_it_runs()
    {
        var t = AgentStory.Running();
        Give(t, new RevertToSnapshot("one"));
        Assert.Contains("m1 runs, and its disks cannot be changed like that under it; stop it first", t.EndOf(Order), StringComparison.Ordinal);
        Assert.Equal(0, t.Times<ChangeDisks>());
    }

    [Fact]
    public void Nothing_is_begun_while_a_write_of_it_is_in_doubt()
    {
        var t = AgentStory.Running(drain: 60);
        t.Tell(new MachineHappened(new MachineEvent(AgentStory.Vm, MachineEventKind.IoError)));
        t.Pass(TimeSpan.FromSeconds(2));
        Give(t, Take);
        Assert.StartsWith("a write to the disk of m1 has failed", t.EndOf(Order), StringComparison.Ordinal);
        Assert.Equal(0, t.Times<ChangeDisks>());
    }

    [Fact]
    public void Why_it_failed_is_the_end_of_the_order_and_the_machine_runs_on()
    {
        var t = AgentStory.Running();
        t.Hypervisor = call => new(call.Op, call.Machine, call is ChangeDisks ? "the store is full" : null);
        Give(t, Take);
        Assert.Equal(("the store is full", "running"), (t.EndOf(Order), t.State));
    }

    private static AgentStory Stopped()
    {
        var t = AgentStory.Running();
        t.Tell(new OrderGiven(9, new WantMachine(AgentStory.Vm, Run: false)));
        t.Pass(TimeSpan.FromMilliseconds(200));
        t.Tell(new MachineHappened(new MachineEvent(AgentStory.Vm, MachineEventKind.GuestShutDown)));
        t.Guard.Machines.Remove(AgentStory.Vm);
        t.Tell(new MachineHappened(new MachineEvent(AgentStory.Vm, MachineEventKind.Gone)));
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(LeaseState.Free, t.Entry.State);
        return t;
    }

    private static Func<ChangeDisks> Held(AgentStory t)
    {
        t.Hypervisor = call => call is ChangeDisks ? null : new(call.Op, call.Machine);
        return () => t.Called<ChangeDisks>();
    }

    private static void Give(AgentStory t, DiskWork work)
    {
        t.Tell(new OrderGiven(Order, new WorkOnDisks(AgentStory.Vm, work)));
        t.Pass(TimeSpan.FromSeconds(1));
    }
}
