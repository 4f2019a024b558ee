using Holdfast.Core.Agent;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

public sealed class ProcessSafetyTests
{
    [Fact]
    public void A_process_that_belongs_to_nobody_is_ended_after_a_while_and_one_that_a_table_gives_to_this_host_is_not()
    {
        var t = AgentStory.Ready().HeldByA();
        t.HasProcess(GuardedState.Frozen);
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(0, t.Times<End>());
        t.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal(AgentStory.Vm, t.Called<End>().Machine);
        Assert.Contains(t.Did.OfType<Decided>(), d => d.Decision is { Kind: "ended" } && d.Decision.Text.Contains("belongs to nobody", StringComparison.Ordinal));

        t = AgentStory.Running();
        t.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(0, t.Times<End>());
    }

    [Fact]
    public void The_memory_of_a_process_that_belongs_to_nobody_is_counted()
    {
        var t = AgentStory.Ready().HeldByA();
        t.HasProcess(GuardedState.Frozen);
        t.Hypervisor = call => call is End ? null : new(call.Op, call.Machine);
        t.Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(AgentStory.Definition.MemoryMiB, t.Agent.PromisedMiB);
        t.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal(AgentStory.Definition.MemoryMiB, t.Agent.PromisedMiB);
    }

    private static readonly MachineId M = new(AgentStory.Vm);

    [Fact]
    public void A_process_that_lost_its_lease_and_does_not_die_never_runs_again_even_when_the_lease_comes_back()
    {
        var t = AgentStory.Running();
        t.Hypervisor = call => call is End ? new(call.Op, call.Machine, "the process does not die") : new(call.Op, call.Machine);
        t.Commit(0, new TakeOver(M, t.Life, AreaStory.Life(0)));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.True(t.Times<End>() > 0);
        var runs = t.Times<Continue>();
        t.Commit(2, new TakeOver(M, AreaStory.Life(0), AreaStory.Life(2), t.Life));
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.True(t.Entry.IsHeldBy(t.Life));
        Assert.Equal(runs, t.Times<Continue>());
        t.Hypervisor = call => new(call.Op, call.Machine);
        t.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal("running", t.State);
        Assert.Equal(2, t.Times<CreatePaused>());
    }

    [Fact]
    public void A_restarted_agent_does_not_resume_a_stopped_process_that_was_granted_in_an_older_epoch()
    {
        var t = AgentStory.Running();
        var old = t.Entry.Epoch;
        t.Commit(0, new TakeOver(M, t.Life, AreaStory.Life(0)));
        t.Commit(2, new TakeOver(M, AreaStory.Life(0), AreaStory.Life(2), t.Life));
        t.Tell(new OrderGiven(3, new WantMachine(AgentStory.Vm, Run: true)));
        t.Calls.Clear();
        t.Guard.Machines[AgentStory.Vm] = new(AgentStory.Vm, old.Value, 4711, GuardedState.Free);
        t.Hypervisor = call => call is FindAll ? new(call.Op, call.Machine, Found: [new(AgentStory.Vm, "m1", old.Value, 4711, Running: false)]) : new(call.Op, call.Machine);
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("running", t.State);
        Assert.DoesNotContain(t.Calls.TakeWhile(c => c is not CreatePaused), c => c is Continue);
        Assert.Equal((1, 1), (t.Times<End>(), t.Times<CreatePaused>()));
    }

    [Fact]
    public void A_restarted_agent_leaves_a_running_machine_alone_while_its_own_area_is_older_than_the_grant()
    {
        var t = AgentStory.Running();
        t.Calls.Clear();
        var epoch = t.Entry.Epoch.Value;
        t.Hypervisor = call => call is FindAll ? new(call.Op, call.Machine, Found: [new(AgentStory.Vm, "m1", epoch, 4711, Running: true)]) : new(call.Op, call.Machine);

        // As if others had written the newest versions: what this host's own area shows is from before the machine came here.
        t.Commit(0, AreaStory.Create(99, 0));
        var before = t.Area.Chain.Values.First(v => v.Host(new Slot(AgentStory.Own))!.Life == t.Life && v.Machine(M) is not { State: LeaseState.Held });
        t.Area.Areas[AgentStory.Own] = [new BallotRecord(1000, before, Ballot.None, Ballot.None, null), null];
        t.Reread = (slot, reading) => slot == AgentStory.Own ? reading : null;
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(1));
        t.Reread = null;
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal((0, 0, 0), (t.Times<End>(), t.Times<CreatePaused>(), t.Times<Continue>()));
        Assert.Equal("running", t.State);
    }

    [Fact]
    public void A_restarted_agent_that_reads_an_older_table_first_starts_nothing_again_in_an_epoch_that_the_agent_before_it_has_used()
    {
        var t = AgentStory.Running();
        var used = t.Entry.Epoch.Value;
        t.Guard.Machines.Clear();
        t.Commit(0, AreaStory.Create(99, 0));
        var before = t.Area.Chain.Values.First(v => v.Host(new Slot(AgentStory.Own))!.Life == t.Life && v.Machine(M) is not { State: LeaseState.Held });
        t.Area.Areas[AgentStory.Own] = [new BallotRecord(1000, before, Ballot.None, Ballot.None, null), null];
        t.Reread = (slot, reading) => slot == AgentStory.Own ? reading : null;
        t.Calls.Clear();
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(1));
        t.Reread = null;
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.True(t.Called<CreatePaused>().Epoch > used, $"started again in epoch {used}");
    }

    [Fact]
    public void A_process_of_a_datastore_that_is_not_open_yet_is_left_alone()
    {
        var t = AgentStory.Ready();
        var foreign = AreaStory.Machine(55).Value;
        t.Hypervisor = call => call is FindAll ? new(call.Op, call.Machine, Found: [new(foreign, "m55", 40, 815, Running: true)]) : new(call.Op, call.Machine);
        t.Guard.Machines[foreign] = new(foreign, 40, 815, GuardedState.Free);
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal(0, t.Times<End>());
    }

    [Fact]
    public void A_machine_that_is_killed_while_it_starts_is_ended_when_its_process_exists()
    {
        var t = AgentStory.Ready();
        t.Hypervisor = call => call is CreatePaused ? null : new(call.Op, call.Machine);
        t.Tell(new OrderGiven(1, new AddMachine(AgentStory.Definition, Run: true)));
        t.Pass(TimeSpan.FromSeconds(1));
        var create = t.Called<CreatePaused>();
        t.Tell(new OrderGiven(2, new KillMachine(AgentStory.Vm)));
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(LeaseState.Held, t.Entry.State);
        t.End(create);
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(LeaseState.Free, t.Entry.State);
        Assert.Equal(typeof(End), t.Calls.Last().GetType());
    }

    [Fact]
    public void A_process_that_died_before_the_answer_to_its_start_came_is_not_taken_for_running()
    {
        var t = AgentStory.Ready();
        t.Hypervisor = call => call is Continue ? null : new(call.Op, call.Machine);
        t.Tell(new OrderGiven(1, new AddMachine(AgentStory.Definition, Run: true)));
        t.Pass(TimeSpan.FromSeconds(1));
        t.Happens(MachineEventKind.Gone);
        t.Hypervisor = call => new(call.Op, call.Machine);
        var starts = t.Times<CreatePaused>();
        t.End(t.Called<Continue>());

        // It may have executed, so its writes may land until drain has passed.
        t.Pass(TimeSpan.FromMilliseconds(900));
        Assert.Equal(starts, t.Times<CreatePaused>());
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(starts + 1, t.Times<CreatePaused>());
        Assert.Equal("running", t.State);
    }

    [Fact]
    public void A_machine_whose_process_died_while_no_agent_ran_is_started_in_an_epoch_of_its_own()
    {
        var t = AgentStory.Running();
        var epoch = t.Entry.Epoch;
        t.Commit(0, AreaStory.Create(99, 0));
        var before = t.Area.Chain.Values.First(v => v.Host(new Slot(AgentStory.Own))!.Life == t.Life && v.Machine(M) is not { State: LeaseState.Held });
        t.Area.Areas[AgentStory.Own] = [new BallotRecord(1000, before, Ballot.None, Ballot.None, null), null];
        t.Guard.Machines[AgentStory.Vm] = new(AgentStory.Vm, epoch.Value, 0, GuardedState.Absent);
        t.Calls.Clear();
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal("running", t.State);
        Assert.True(Assert.Single(t.Calls.OfType<CreatePaused>()).Epoch > epoch.Value);
    }

    [Fact]
    public void A_grant_that_is_answered_too_late_starts_no_CPUs_and_is_asked_for_again()
    {
        var t = AgentStory.Ready();
        t.GuardHolds = order => order is Grant && t.Times<CreatePaused>() > 0;
        t.Tell(new OrderGiven(1, new AddMachine(AgentStory.Definition, Run: true)));
        t.Pass(TimeSpan.FromSeconds(2));
        t.GuardAnswers();
        Assert.Equal((1, 0), (t.Times<CreatePaused>(), t.Times<Continue>()));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((1, 1, "running"), (t.Times<CreatePaused>(), t.Times<Continue>(), t.State));
    }
}
