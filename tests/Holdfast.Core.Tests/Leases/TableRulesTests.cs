using Holdfast.Core.Leases;
using static Holdfast.Core.Tests.Leases.TableStory;

namespace Holdfast.Core.Tests.Leases;

public sealed class TableRulesTests
{
    [Fact]
    public void A_machine_is_claimed_once_released_by_its_owner_and_every_change_has_a_new_epoch()
    {
        var t = HeldByA();
        var held = t.Epoch;
        t.Refused(new Claim(M, B), CommandRefusal.WrongState);
        t.Refused(new Claim(M, A), CommandRefusal.WrongState);
        t.Refused(new Release(M, held, B), CommandRefusal.NotOwner);
        t.Done(new Restart(M, held, A));
        Assert.True(t.Epoch > held);
        t.Refused(new Release(M, held, A), CommandRefusal.OtherEpoch);
        t.Done(new Release(M, t.Epoch, A));
        Assert.Equal((LeaseState.Free, null), (t.Entry.State, t.Entry.Owner));
        t.Done(new Claim(M, B));
    }

    [Fact]
    public void A_wish_keeps_the_epoch_so_that_the_running_machines_grant_stays_valid()
    {
        var t = HeldByA();
        var held = t.Epoch;
        t.Done(new SetWanted(M, WantedState.Stop, C));
        Assert.Equal((held, WantedState.Stop), (t.Epoch, t.Entry.Wanted));
    }

    [Fact]
    public void Only_the_owner_decides_a_move()
    {
        var t = HeldByA();
        t.Refused(new BeginMove(M, t.Epoch, B, C), CommandRefusal.NotOwner);
        t.Refused(new BeginMove(M, t.Epoch, A, A), CommandRefusal.Invalid);
        t.Refused(new CommitMove(M, t.Epoch, A), CommandRefusal.WrongState);
        t.Done(new BeginMove(M, t.Epoch, B, A));
        Assert.True(t.Entry.IsHeldBy(A));
        t.Refused(new CommitMove(M, t.Epoch, B), CommandRefusal.NotOwner);
        t.Done(new CancelMove(M, t.Epoch, A));
        t.Done(new BeginMove(M, t.Epoch, B, A));
        t.Done(new CommitMove(M, t.Epoch, A));
        Assert.True(t.Entry.IsHeldBy(B));
        Assert.Null(t.Entry.Target);
    }

    [Fact]
    public void The_owner_hands_a_machine_that_is_gone_on_to_a_living_host_in_one_commit_and_no_process_goes_on_by_it()
    {
        var t = HeldByA();
        t.Refused(new HandOn(M, t.Epoch, B, C), CommandRefusal.NotOwner);
        t.Refused(new HandOn(M, t.Epoch, A, A), CommandRefusal.Invalid);
        t.Refused(new HandOn(M, t.Epoch, Life(1, 2), A), CommandRefusal.OtherIncarnation);
        var held = t.Epoch;
        t.Done(new HandOn(M, held, B, A));
        Assert.True(t.Entry is { State: LeaseState.Held, Wanted: WantedState.Run } && t.Entry.IsHeldBy(B) && t.Epoch > held);
        Assert.Equal(Epoch.None, t.Entry.GivenFrom);
        t.Refused(new HandOn(M, held, C, A), CommandRefusal.OtherEpoch);
    }

    [Fact]
    public void A_machine_that_is_being_moved_is_not_handed_on()
    {
        var t = HeldByA();
        t.Done(new BeginMove(M, t.Epoch, B, A));
        t.Refused(new HandOn(M, t.Epoch, C, A), CommandRefusal.WrongState);
    }

    [Fact]
    public void A_target_that_rebooted_since_the_move_began_is_given_nothing()
    {
        var t = HeldByA();
        t.Done(new BeginMove(M, t.Epoch, B, A));
        t.Done(Join(Life(1, 2), "b"));
        t.Refused(new CommitMove(M, t.Epoch, A), CommandRefusal.OtherIncarnation);
        t.Done(new CancelMove(M, t.Epoch, A));
        t.Refused(new BeginMove(M, t.Epoch, B, A), CommandRefusal.OtherIncarnation);
    }

    [Fact]
    public void A_takeover_names_the_incarnation_that_was_proven_dead_and_fails_after_a_thaw()
    {
        var t = HeldByA();
        var thawed = Life(0, 2);
        t.Done(Join(thawed, "a", M));
        Assert.True(t.Entry.IsHeldBy(thawed));
        t.Refused(new TakeOver(M, A, B), CommandRefusal.NotOwner);
        t.Refused(new Release(M, t.Epoch, A), CommandRefusal.AuthorNotCurrent);
        t.Done(new TakeOver(M, thawed, B));
        Assert.True(t.Entry.IsHeldBy(B));
        t.Refused(new TakeOver(M, thawed, C), CommandRefusal.NotOwner);
    }

    [Fact]
    public void A_takeover_by_a_proof_about_one_epoch_takes_no_other()
    {
        var t = HeldByA();
        t.Refused(new TakeOver(M, A, B, B, new Epoch(t.Epoch.Value - 1)), CommandRefusal.OtherEpoch);
        t.Done(new TakeOver(M, A, B, B, t.Epoch));
    }

    [Fact]
    public void A_machine_on_the_move_is_taken_over_from_its_owner_never_from_the_target()
    {
        var t = HeldByA();
        t.Done(new BeginMove(M, t.Epoch, B, A));
        t.Refused(new TakeOver(M, B, C), CommandRefusal.NotOwner);
        t.Done(new TakeOver(M, A, B));
        Assert.Equal(LeaseState.Held, t.Entry.State);
        t.Refused(new CommitMove(M, t.Epoch, A), CommandRefusal.NotOwner);
    }

    [Fact]
    public void A_rejoin_names_the_process_that_may_go_on_also_when_it_is_made_twice()
    {
        var t = HeldByA();
        var granted = t.Epoch;
        t.Done(Join(Life(0, 2), "a", new KeptProcess(M, granted)));
        Assert.Equal(granted, t.Entry.GivenFrom);
        t.Done(Join(Life(0, 3), "a", new KeptProcess(M, granted)));
        Assert.Equal(granted, t.Entry.GivenFrom);
        t.Done(Join(Life(0, 4), "a", M));
        Assert.Equal(Epoch.None, t.Entry.GivenFrom);
    }

    [Fact]
    public void The_process_that_a_machine_has_left_behind_does_not_go_on_when_the_machine_comes_back()
    {
        var t = HeldByA();
        var left = t.Epoch;
        t.Done(new TakeOver(M, A, B));
        t.Done(Join(Life(0, 2), "a", new KeptProcess(M, left)));
        t.Done(new TakeOver(M, B, C, Life(0, 2)));
        t.Done(Join(Life(0, 3), "a", new KeptProcess(M, left)));
        Assert.True(t.Entry.IsHeldBy(Life(0, 3)));
        Assert.Equal(Epoch.None, t.Entry.GivenFrom);
    }

    [Fact]
    public void A_process_goes_on_through_a_move_that_began_or_was_cancelled()
    {
        var t = HeldByA();
        var granted = t.Epoch;
        t.Done(new BeginMove(M, t.Epoch, B, A));
        Assert.Equal(granted, t.Entry.GivenFrom);
        granted = t.Epoch;
        t.Done(new CancelMove(M, t.Epoch, A));
        t.Done(Join(Life(0, 2), "a", new KeptProcess(M, granted)));
        Assert.Equal(granted, t.Entry.GivenFrom);
    }

    [Fact]
    public void A_host_that_joins_again_frees_what_it_does_not_keep_and_cannot_keep_what_was_taken()
    {
        var other = new MachineId(Guid.NewGuid());
        var t = HeldByA();
        t.Done(new CreateEntry(other, WantedState.Run, A));
        t.Done(new Claim(other, A));
        t.Done(new TakeOver(M, A, B));
        t.Done(Join(Life(0, 2), "a", M));
        Assert.True(t.Entry.IsHeldBy(B));
        Assert.Equal(LeaseState.Free, t.Table.Machine(other)!.State);
        t.Refused(Join(Life(0, 2), "a"), CommandRefusal.Invalid);
        t.Refused(Join(Life(0, 3), "x"), CommandRefusal.SlotTaken);
    }

    [Fact]
    public void A_host_under_fencing_takes_nothing_until_it_joins_again()
    {
        var t = HeldByA();
        t.Done(new OpenFencing(B, C));
        t.Refused(new TakeOver(M, A, B), CommandRefusal.UnderFencing);
        t.Refused(new BeginMove(M, t.Epoch, B, A), CommandRefusal.UnderFencing);
        t.Refused(new OpenFencing(A, B), CommandRefusal.UnderFencing);
        t.Refused(new OpenFencing(B, A), CommandRefusal.UnderFencing);
        t.Refused(new CloseFencing(B, A), CommandRefusal.NotOwner);
        t.Refused(new OpenFencing(Life(0, 9), C), CommandRefusal.OtherIncarnation);
        t.Done(new Release(M, t.Epoch, A));
        t.Refused(new Claim(M, B), CommandRefusal.UnderFencing);
        t.Done(Join(Life(1, 2), "b"));
        t.Done(new Claim(M, Life(1, 2)));
    }

    [Fact]
    public void A_move_is_not_committed_to_a_target_that_is_being_fenced()
    {
        var t = HeldByA();
        t.Done(new BeginMove(M, t.Epoch, B, A));
        t.Done(new OpenFencing(B, C));
        t.Refused(new CommitMove(M, t.Epoch, A), CommandRefusal.UnderFencing);
        t.Done(new CloseFencing(B, C));
        t.Done(new CommitMove(M, t.Epoch, A));
    }

    [Fact]
    public void A_dead_fencer_does_not_keep_others_from_fencing()
    {
        var t = Joined();
        t.Done(new OpenFencing(A, B));
        t.Done(new OpenFencing(B, C));
        t.Done(new OpenFencing(A, C));
        Assert.Equal(C, t.Table.Host(A.Slot)!.Fencing!.By);
    }

    [Fact]
    public void A_slot_is_given_by_a_member_and_taken_back_after_a_proof_of_death()
    {
        var t = HeldByA();
        t.Refused(Join(Life(3, 1), "d"), CommandRefusal.NoSuchHost);
        t.Refused(new AssignSlot(B.Slot, "d", A), CommandRefusal.SlotTaken);
        t.Refused(new AssignSlot(new Slot(3), "b", A), CommandRefusal.SlotTaken);
        t.Done(new AssignSlot(new Slot(3), "d", A));
        t.Done(Join(Life(3, 1), "d"));
        t.Refused(new RemoveHost(new Slot(3), Life(3, 9).Incarnation, A), CommandRefusal.OtherIncarnation);
        t.Refused(new RemoveHost(A.Slot, A.Incarnation, B), CommandRefusal.StillOwns);
        t.Done(new RemoveHost(new Slot(3), Life(3, 1).Incarnation, A));
        Assert.Null(t.Table.Host("d"));
    }

    [Fact]
    public void An_entry_is_deleted_only_when_free_and_freed_by_force_only_at_the_expected_epoch()
    {
        var t = HeldByA();
        t.Refused(new CreateEntry(M, WantedState.Run, B), CommandRefusal.MachineExists);
        t.Refused(new DeleteEntry(M, A), CommandRefusal.WrongState);
        t.Refused(new ForceFree(M, new Epoch(1), B), CommandRefusal.OtherEpoch);
        t.Done(new ForceFree(M, t.Epoch, B));
        t.Done(new DeleteEntry(M, B));
        t.Refused(new Claim(M, A), CommandRefusal.NoSuchMachine);
    }

    [Fact]
    public void A_batch_reports_each_command_and_stands_in_its_authors_record()
    {
        var t = HeldByA();
        var batch = new TableBatch(new BatchId(9, 3), A.Slot, [new Claim(M, A), new CreateEntry(new MachineId(Guid.NewGuid()), WantedState.Run, A)]);
        var (next, outcomes) = batch.ApplyTo(t.Table);
        Assert.IsType<CommandOutcome.Refused>(outcomes[0]);
        Assert.IsType<CommandOutcome.Done>(outcomes[1]);
        Assert.Equal((batch.Id, next.Version), (next.Host(A.Slot)!.LastBatch, next.Host(A.Slot)!.LastBatchVersion));
    }
}
