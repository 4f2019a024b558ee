using Holdfast.Core.Agent;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

public sealed class MoveSafetyTests
{
    private static readonly Guid Move = new(3, 3, 3, new byte[8]);
    private static readonly MachineId M = new(AgentStory.Vm);

    [Fact]
    public void A_complete_copy_is_not_resumed_when_its_host_got_the_machine_by_a_takeover()
    {
        var t = Arriving(out _);
        t.Commit(2, new TakeOver(M, AreaStory.Life(0), AreaStory.Life(2), t.Life));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.True(t.Entry.IsHeldBy(t.Life));
        var calls = t.Calls.SkipWhile(c => c is not FinishMove).ToList();
        Assert.Contains(calls, c => c is CreatePaused);
        Assert.DoesNotContain(calls.TakeWhile(c => c is not CreatePaused), c => c is Continue);
    }

    [Fact]
    public void A_copy_that_the_source_gave_is_resumed_although_only_the_table_says_so()
    {
        var t = Arriving(out var moving);
        t.Commit(0, new CommitMove(M, moving, AreaStory.Life(0)));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("running", t.State);
        Assert.Equal((0, 0), (t.Times<CreatePaused>(), t.Times<End>()));
    }

    [Fact]
    public void A_machine_that_arrived_by_message_is_not_ended_because_the_table_here_lags()
    {
        var t = Arriving(out var moving);
        var batch = t.Other(0).Submit(new CommitMove(M, moving, AreaStory.Life(0)));
        t.Area.Run(TimeSpan.FromMilliseconds(20));
        var given = Assert.IsType<CommandOutcome.Done>(t.Other(0).Committed(batch).Outcomes[0]).Epoch;
        t.Tell(new PeerSaid(new MoveCommitted(given.Value) { Move = Move, Machine = AgentStory.Vm, From = 0 }));
        Assert.Equal((1, 0), (t.Times<Continue>(), t.Times<End>()));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("running", t.State);
        Assert.Equal((1, 0), (t.Times<Continue>(), t.Times<End>()));
    }

    [Fact]
    public void A_source_whose_commit_is_in_doubt_stays_frozen()
    {
        var t = Leaving(out var move);

        // The commit is accepted in this host's area; then the store seems rolled back, and the register gives the batch up.
        t.Reread = (slot, reading) => reading is null ? null : reading with { Sequence = 0 };
        t.Tell(new PeerSaid(new MoveComplete { Move = move, Machine = AgentStory.Vm, From = 0 }));
        t.Pass(TimeSpan.FromSeconds(1));

        // Another host finishes the ballot: the machine was given.
        t.Commit(2, AreaStory.Create(77, 2));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");
        Assert.DoesNotContain(t.Calls.SkipWhile(c => c is not FreezeAndLook), c => c is Thaw or Continue);
    }

    [Fact]
    public void A_source_that_was_given_and_cannot_be_killed_is_killed_again_until_it_is_gone()
    {
        var t = Leaving(out var move);
        t.Hypervisor = call => call is End ? new(call.Op, call.Machine, "the process does not die") : new(call.Op, call.Machine);
        t.Tell(new PeerSaid(new MoveComplete { Move = move, Machine = AgentStory.Vm, From = 0 }));
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)));
        Assert.True(t.Times<End>() > 1);
        Assert.DoesNotContain(t.Calls.SkipWhile(c => c is not FreezeAndLook), c => c is Thaw or Continue);
    }

    [Fact]
    public void The_guards_mark_of_an_open_hand_over_ends_with_the_incoming_process()
    {
        var t = Arriving(out _);
        Assert.True(t.Guard.HandOver);
        t.Happens(MachineEventKind.Gone);
        Assert.False(t.Guard.HandOver);
    }

    [Fact]
    public void The_guards_mark_of_an_open_hand_over_does_not_outlive_the_agent_that_set_it()
    {
        var t = Leaving(out _);
        Assert.True(t.Guard.HandOver);
        t.Boot();
        t.Pass(TimeSpan.FromMilliseconds(100));
        Assert.False(t.Guard.HandOver);
    }

    [Fact]
    public void A_machine_that_is_given_although_its_copy_never_arrived_starts_from_disk()
    {
        var t = AgentStory.Ready();
        t.Commit(0, new CreateEntry(M, WantedState.Run, AreaStory.Life(0)), new Claim(M, AreaStory.Life(0)));
        t.Commit(0, new Core.Leases.BeginMove(M, t.Entry.Epoch, t.Life, AreaStory.Life(0)));
        var moving = t.Entry.Epoch;
        Awaiting(t, moving);
        t.Commit(0, new CommitMove(M, moving, AreaStory.Life(0)));
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal("running", t.State);
        Assert.Contains(t.Calls, c => c is CreatePaused);
        Assert.DoesNotContain(t.Calls.TakeWhile(c => c is not CreatePaused), c => c is Continue);
    }

    [Fact]
    public void The_copy_that_was_given_is_ended_when_the_target_runs_or_soon_after_the_commit()
    {
        var told = Leaving(out var move);
        told.Tell(new PeerSaid(new MoveComplete { Move = move, Machine = AgentStory.Vm, From = 0 }));
        Assert.Equal(0, told.Times<End>());
        told.Tell(new PeerSaid(new MoveResumed { Move = move, Machine = AgentStory.Vm, From = 0 }));
        Assert.Equal(1, told.Times<End>());

        var untold = Leaving(out move);
        untold.Tell(new PeerSaid(new MoveComplete { Move = move, Machine = AgentStory.Vm, From = 0 }));
        untold.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Equal(1, untold.Times<End>());
    }

    [Fact]
    public void A_source_goes_on_at_once_when_another_process_of_its_targets_agent_beats()
    {
        var t = Leaving(out _);
        BeatsOn(t, TimeSpan.FromSeconds(3));
        Assert.Equal(0, t.Times<Thaw>());
        t.Beats(0, heard: 2, anew: true);
        t.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Equal((LeaseState.Held, t.Life, "running"), (t.Entry.State, t.Entry.Owner, t.State));
        Assert.Contains("the agent of a has begun anew", Assert.Single(t.Told.OfType<MoveCancelled>()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_goes_on_when_its_target_is_not_heard_any_more_and_not_when_it_never_was()
    {
        var silent = Leaving(out _);
        silent.Beats(0, heard: 2);
        silent.Pass(TimeSpan.FromSeconds(2.5));
        Assert.Equal((LeaseState.Held, silent.Life, "running"), (silent.Entry.State, silent.Entry.Owner, silent.State));

        var unheard = Leaving(out _);
        unheard.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(LeaseState.Moving, unheard.Entry.State);
    }

    [Fact]
    public void A_source_that_has_proposed_its_commit_keeps_to_it_whatever_its_targets_agent_does()
    {
        var t = Leaving(out var move);
        t.Beats(0, heard: 2);
        t.Reread = (_, _) => null;
        t.Tell(new PeerSaid(new MoveComplete { Move = move, Machine = AgentStory.Vm, From = 0 }));
        t.Beats(0, heard: 2, anew: true);
        t.Pass(TimeSpan.FromSeconds(3));
        t.Reread = null;
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)));
        Assert.DoesNotContain(t.Calls.SkipWhile(c => c is not FreezeAndLook), c => c is Thaw or Continue);
    }

    [Fact]
    public void A_target_learns_of_a_commit_that_its_source_had_accepted_and_told_nobody()
    {
        var t = Arriving(out var moving);
        var given = AcceptsAndDies(t, new CommitMove(M, moving, AreaStory.Life(0)));
        t.Pass(TimeSpan.FromMilliseconds(700));
        Assert.Equal((LeaseState.Moving, 0), (t.Entry.State, t.Times<Continue>()));
        t.Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal((true, given, "running"), (t.Entry.IsHeldBy(t.Life), t.Entry.Epoch, t.State));
        Assert.Equal((1, 0, 0), (t.Times<Continue>(), t.Times<End>(), t.Times<CreatePaused>()));
    }

    [Fact]
    public void A_target_that_asks_the_table_and_finds_no_commit_does_not_resume_its_copy()
    {
        var t = Arriving(out var moving);
        t.Pass(TimeSpan.FromSeconds(5));
        Assert.Equal((moving, LeaseState.Moving, 0, 0), (t.Entry.Epoch, t.Entry.State, t.Times<Continue>(), t.Times<End>()));
    }

    [Fact]
    public void A_target_does_not_compete_with_its_sources_commit_before_a_second_has_passed()
    {
        var t = Arriving(out _);
        var ballots = Writes(t);
        t.Pass(TimeSpan.FromMilliseconds(700));
        Assert.Equal(ballots, Writes(t));
        t.Pass(TimeSpan.FromMilliseconds(500));
        Assert.Equal(ballots + 1, Writes(t));
    }

    /// <summary>How often this host has written its ballot area.</summary>
    private static int Writes(AgentStory t) => t.Did.Count(e => e is RegisterIo { Effect: RegisterEffect.WriteOwnArea });

    /// <summary>Host 0 has this accepted in its own area and is gone before it has read the others' again. The epoch that it comes to once it is chosen.</summary>
    private static Epoch AcceptsAndDies(AgentStory t, TableCommand command)
    {
        var (source, known) = (t.Other(0), t.Table.Version);
        source.Submit(command);
        LeaseTable? accepted;
        do
        {
            Assert.True(source.Work());
            accepted = t.Area.Areas[0].Select(r => r?.AcceptedTable).FirstOrDefault(a => a?.Version > known);
        }
        while (accepted is null);
        source.Runs = false;
        return accepted.Machine(M)!.Epoch;
    }

    /// <summary>Host 0 is heard all the time.</summary>
    private static void BeatsOn(AgentStory t, TimeSpan span)
    {
        for (var until = t.Now + span; t.Now < until; t.Pass(TimeSpan.FromMilliseconds(200)))
        {
            t.Beats(0, heard: 2);
        }
    }

    /// <summary>Host 0 moves the machine here, and the copy has arrived whole.</summary>
    private static AgentStory Arriving(out Epoch moving)
    {
        var t = AgentStory.Ready();
        t.Commit(0, new CreateEntry(M, WantedState.Run, AreaStory.Life(0)), new Claim(M, AreaStory.Life(0)));
        t.Commit(0, new Core.Leases.BeginMove(M, t.Entry.Epoch, t.Life, AreaStory.Life(0)));
        moving = t.Entry.Epoch;
        Awaiting(t, moving);
        t.Happens(MachineEventKind.MigrationCompleted);
        t.Tell(new PeerSaid(new MovePerformed { Move = Move, Machine = AgentStory.Vm, From = 0 }));
        t.End(t.Called<FinishMove>());
        t.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Single(t.Told.OfType<MoveComplete>());
        return t;
    }

    /// <summary>The target is ready, and its Finish waits for the copy.</summary>
    private static void Awaiting(AgentStory t, Epoch moving)
    {
        t.Hypervisor = call => call is FinishMove { Cancelled: false } ? null : new(call.Op, call.Machine);
        t.Tell(new PeerSaid(new MoveAsk(AgentStory.Store, moving.Value, "", null, AgentStory.Definition) { Move = Move, Machine = AgentStory.Vm, From = 0 }));
        t.Pass(TimeSpan.FromMilliseconds(100));
        t.HasProcess();
        Assert.Equal((1, 0), (t.Times<FinishMove>(), t.Told.OfType<MoveComplete>().Count()));
    }

    /// <summary>The machine runs here and moves to host 0; it is frozen, and only the word that the copy is complete is missing.</summary>
    private static AgentStory Leaving(out Guid move)
    {
        var t = AgentStory.Running();
        move = Move;
        t.Tell(new OrderGiven(2, new MoveMachine(AgentStory.Vm, 0, Move)));
        t.Pass(TimeSpan.FromMilliseconds(100));
        t.Tell(new PeerSaid(new MoveReady(null, "tcp:a", "migration") { Move = Move, Machine = AgentStory.Vm, From = 0 }));
        t.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Equal(1, t.Times<FreezeAndLook>());
        return t;
    }
}
