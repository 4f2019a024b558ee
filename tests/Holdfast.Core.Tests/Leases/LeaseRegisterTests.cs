using Holdfast.Core.Leases;
using Holdfast.Core.Timing;
using static Holdfast.Core.Tests.Leases.AreaStory;

namespace Holdfast.Core.Tests.Leases;

public sealed class LeaseRegisterTests
{
    [Fact]
    public void A_commit_is_decided_and_the_others_learn_it_by_polling()
    {
        var t = new AreaStory(3);
        var done = t.Hosts[0].Commit(Create(1, 0));
        Assert.Equal(new CommandOutcome.Done(new Epoch(2)), Assert.Single(done.Outcomes));
        foreach (var host in t.Hosts)
        {
            host.Tell(new RegisterInput.Poll());
        }

        t.Run();
        Assert.All(t.Hosts, h => Assert.Equal(2UL, h.Register.Chosen.Version));
        Assert.All(t.Hosts, h => Assert.NotNull(h.Register.Chosen.Machine(Machine(1))));
    }

    [Fact]
    public void Three_hosts_that_commit_at_once_all_get_through_in_one_chain_each_batch_once()
    {
        var t = new AreaStory(3);
        var batches = Enumerable.Range(0, 60).Select(i => (Host: t.Hosts[i % 3], Id: t.Hosts[i % 3].Submit(Create(i, i % 3)))).ToList();
        t.Run();
        var epochs = batches.Select(b => Assert.IsType<CommandOutcome.Done>(Assert.Single(b.Host.Committed(b.Id).Outcomes)).Epoch.Value).ToList();
        Assert.Equal(60, epochs.Distinct().Count());
        Assert.Equal(61UL, epochs.Max());
        Assert.Equal(60, t.Hosts[0].Register.Chosen.Version == 61 ? t.Hosts[0].Register.Chosen.Machines.Count : 60);
    }

    [Fact]
    public void With_the_promise_held_in_advance_a_commit_costs_one_write_and_one_round_of_reads()
    {
        var t = new AreaStory(3);
        var host = t.Hosts[1];
        host.Tell(new RegisterInput.Prepare());
        t.Run();
        Assert.Equal(1UL, Assert.Single(host.Said.OfType<RegisterEffect.Confirmed>()).Table.Version);
        var (writes, rounds) = (host.Writes, host.Rounds);
        host.Submit(Create(1, 1));
        while (!host.Said.OfType<RegisterEffect.Committed>().Any())
        {
            Assert.True(host.Work());
        }

        Assert.Equal((1, 1), (host.Writes - writes, host.Rounds - rounds));
        t.Run();
        Assert.Equal((2, 2), (host.Writes - writes, host.Rounds - rounds));
        Assert.Equal(2UL, t.Areas[1].Max(r => r?.Chosen.Version));
    }

    [Fact]
    public void A_refusal_is_true_even_when_the_promise_was_held_since_long_ago()
    {
        var t = new AreaStory(2);
        var (a, b) = (t.Hosts[0], t.Hosts[1]);
        a.Commit(Create(1, 0));
        a.Commit(new Claim(Machine(1), Life(0)));
        b.Tell(new RegisterInput.Prepare());
        t.Run();
        a.Commit(new Release(Machine(1), a.Register.Chosen.Machine(Machine(1))!.Epoch, Life(0)));

        // b still thinks that a holds the machine, and would have to refuse; the truth is that it is free.
        Assert.Equal(LeaseState.Held, b.Register.Chosen.Machine(Machine(1))!.State);
        Assert.IsType<CommandOutcome.Done>(Assert.Single(b.Commit(new Claim(Machine(1), Life(1))).Outcomes));
        var versions = t.Chain.Count;
        var refused = a.Commit(new Claim(Machine(1), Life(0)));
        Assert.Equal(CommandRefusal.WrongState, Assert.IsType<CommandOutcome.Refused>(Assert.Single(refused.Outcomes)).Reason);
        Assert.True(refused.Table.Machine(Machine(1))!.IsHeldBy(Life(1)));
        Assert.Equal(versions, t.Chain.Count);
    }

    [Fact]
    public void A_value_that_another_host_finishes_is_the_same_commit_for_its_author()
    {
        var t = new AreaStory(2);
        var (a, b) = (t.Hosts[0], t.Hosts[1]);
        a.Tell(new RegisterInput.Prepare());
        t.Run();
        var batch = a.Submit(Create(1, 0));
        Assert.True(a.Work());
        a.Runs = false;
        var other = b.Commit(Create(2, 1));
        Assert.Equal(new Epoch(3), Assert.IsType<CommandOutcome.Done>(other.Outcomes[0]).Epoch);
        Assert.NotNull(other.Table.Machine(Machine(1)));
        a.Runs = true;
        t.Run();
        Assert.Equal(new Epoch(2), Assert.IsType<CommandOutcome.Done>(a.Committed(batch).Outcomes[0]).Epoch);
        Assert.Equal(2, t.Chain[3].Machines.Count);
    }

    [Fact]
    public void A_restarted_host_finishes_what_its_earlier_process_had_accepted_and_writes_nothing_before_the_drain()
    {
        var t = new AreaStory(2);
        t.Hosts[0].Tell(new RegisterInput.Prepare());
        t.Run();
        t.Hosts[0].Submit(Create(1, 0));
        Assert.True(t.Hosts[0].Work());
        var again = t.Restart(0);
        var from = t.Now;
        var batch = again.Submit(Create(2, 0));
        t.Run(TimeSpan.FromSeconds(3.9));
        Assert.Equal(0, again.Writes);
        t.Run();
        Assert.Equal(new Epoch(3), Assert.IsType<CommandOutcome.Done>(again.Committed(batch).Outcomes[0]).Epoch);
        Assert.Equal(2, again.Register.Chosen.Machines.Count);
        Assert.True(t.Now - from >= TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void A_late_write_of_an_earlier_process_is_read_back_before_anything_is_written()
    {
        var t = new AreaStory(2);
        var a = t.Hosts[0];
        a.Fates.Enqueue(Fate.Hangs);
        a.Tell(new RegisterInput.Prepare());
        t.Run(TimeSpan.FromSeconds(1));
        var late = a.Hanging!;
        var again = t.Restart(0);
        again.Tell(new RegisterInput.Prepare());
        t.Run(TimeSpan.FromSeconds(2));
        t.Areas[0][late.Side] = late.Record;
        t.Run();
        Assert.Single(again.Said.OfType<RegisterEffect.Confirmed>());
        Assert.Equal(late.Record.Sequence + 1, t.Areas[0].Max(r => r!.Sequence));
        Assert.True(t.Areas[0].MaxBy(r => r!.Sequence)!.Promise > late.Record.Promise);
    }

    [Theory]
    [InlineData("Lost")]
    [InlineData("Tears")]
    public void After_a_lost_write_the_host_waits_for_the_drain_and_goes_on_from_what_is_there(string fate)
    {
        var t = new AreaStory(2);
        var a = t.Hosts[0];
        a.Fates.Enqueue(Enum.Parse<Fate>(fate));
        var batch = a.Submit(Create(1, 0));
        t.Run(TimeSpan.FromSeconds(3.9));
        Assert.Equal(1, a.Writes);
        Assert.Single(a.Said.OfType<RegisterEffect.Blocked>());
        Assert.NotNull(t.Hosts[1].Commit(Create(2, 1)));
        t.Run();
        Assert.IsType<CommandOutcome.Done>(a.Committed(batch).Outcomes[0]);
        Assert.Single(a.Said.OfType<RegisterEffect.Unblocked>());
    }

    [Fact]
    public void An_unanswered_write_blocks_this_host_alone_until_it_ends()
    {
        var t = new AreaStory(2);
        var a = t.Hosts[0];
        a.Tell(new RegisterInput.Prepare());
        t.Run();
        a.Fates.Enqueue(Fate.Hangs);
        var batch = a.Submit(Create(1, 0));
        t.Run(TimeSpan.FromMinutes(10));
        t.Hosts[1].Commit(Create(2, 1));
        a.Tell(new RegisterInput.Poll());
        t.Run();
        Assert.Equal(2UL, a.Register.Chosen.Version);
        Assert.DoesNotContain(a.Said, e => e is RegisterEffect.Committed);
        a.Land();
        t.Run();
        Assert.Equal(new Epoch(3), Assert.IsType<CommandOutcome.Done>(a.Committed(batch).Outcomes[0]).Epoch);
    }

    [Fact]
    public void A_second_end_of_a_write_that_was_answered_changes_nothing()
    {
        var t = new AreaStory(2);
        var a = t.Hosts[0];
        a.Tell(new RegisterInput.Prepare());
        while (a.Writes == 0)
        {
            Assert.True(a.Work());
        }

        a.Tell(new RegisterInput.WriteEnded(a.Register.State.Ticket, WriteOutcome.Unanswered));
        t.Run();
        Assert.Single(a.Said.OfType<RegisterEffect.Confirmed>());
    }

    [Fact]
    public void An_area_that_cannot_be_read_stops_every_commit_until_it_can()
    {
        var t = new AreaStory(3);
        t.Unreadable.Add(2);
        var batch = t.Hosts[0].Submit(Create(1, 0));
        t.Run(TimeSpan.FromMinutes(1));
        Assert.Empty(t.Hosts[0].Said.OfType<RegisterEffect.Committed>());
        Assert.Contains("ballot-02", Assert.Single(t.Hosts[0].Said.OfType<RegisterEffect.Blocked>()).Sentence, StringComparison.Ordinal);
        t.Unreadable.Clear();
        t.Run();
        t.Hosts[0].Committed(batch);
        Assert.Single(t.Hosts[0].Said.OfType<RegisterEffect.Unblocked>());
    }

    [Fact]
    public void A_store_that_was_rolled_back_is_noticed_and_nothing_is_changed_in_it_any_more()
    {
        var t = new AreaStory(2);
        var old = t.Areas.Select(a => a.ToArray()).ToArray();
        t.Hosts[0].Commit(Create(1, 0));
        t.Hosts[1].Tell(new RegisterInput.Poll());
        t.Run();
        for (var i = 0; i < old.Length; i++)
        {
            old[i].CopyTo(t.Areas[i], 0);
        }

        t.Hosts[1].Tell(new RegisterInput.Poll());
        t.Run();
        Assert.Contains("rolled back", Assert.Single(t.Hosts[1].Said.OfType<RegisterEffect.RolledBack>()).Sentence, StringComparison.Ordinal);
        var batch = t.Hosts[1].Submit(Create(3, 1));
        Assert.Contains(t.Hosts[1].Said, e => e is RegisterEffect.Refused r && r.Batch == batch);
    }

    [Fact]
    public void A_rollback_before_the_start_is_noticed_by_the_version_this_host_has_seen_but_an_area_that_lags_is_none()
    {
        var t = new AreaStory(2);
        t.Hosts[0].Commit(Create(1, 0));
        var good = t.Restart(1, seen: 2);
        good.Tell(new RegisterInput.Prepare());
        t.Run();
        Assert.Single(good.Said.OfType<RegisterEffect.Confirmed>());
        var bad = t.Restart(1, seen: 3);
        bad.Tell(new RegisterInput.Prepare());
        t.Run();
        Assert.Single(bad.Said.OfType<RegisterEffect.RolledBack>());
        Assert.Empty(bad.Said.OfType<RegisterEffect.Confirmed>());
    }

    [Fact]
    public void A_poll_that_ends_after_a_newer_read_is_no_rollback()
    {
        var t = new AreaStory(2);
        var (a, b) = (t.Hosts[0], t.Hosts[1]);
        t.Run();
        var old = t.Read(0, 0)!;
        b.Tell(new RegisterInput.Poll());
        var poll = b.Said.OfType<RegisterEffect.ReadAreas>().Last();
        b.Runs = false;
        a.Commit(Create(1, 0));
        b.Tell(new RegisterInput.Prepare());
        b.Runs = true;
        t.Run();
        b.Tell(new RegisterInput.AreaRead(poll.Ticket, new Slot(0), old));
        Assert.Empty(b.Said.OfType<RegisterEffect.RolledBack>());
    }

    [Fact]
    public void A_new_host_gets_its_slot_from_a_member_and_then_takes_part()
    {
        var t = new AreaStory(2);
        var stranger = t.Add(2);
        t.Run();
        stranger.Submit(new JoinHost(Life(2), "c", Guid.NewGuid(), WatchdogClass.Software, []));
        t.Run();
        Assert.Contains("host add", Assert.Single(stranger.Said.OfType<RegisterEffect.Refused>()).Sentence, StringComparison.Ordinal);
        Assert.Equal(0, stranger.Writes);
        t.Hosts[0].Commit(new AssignSlot(new Slot(2), "c", Life(0)));
        stranger.Tell(new RegisterInput.Poll());
        t.Run();
        stranger.Commit(new JoinHost(Life(2), "c", Guid.NewGuid(), WatchdogClass.Software, []));
        Assert.IsType<CommandOutcome.Done>(stranger.Commit(Create(1, 2)).Outcomes[0]);
        Assert.IsType<CommandOutcome.Done>(t.Hosts[1].Commit(new Claim(Machine(1), Life(1))).Outcomes[0]);
    }

    [Fact]
    public void A_taker_takes_for_another_living_host_in_one_commit_and_the_dead_life_can_do_nothing_more()
    {
        var t = new AreaStory(3);
        t.Hosts[0].Commit(Create(1, 0), new Claim(Machine(1), Life(0)));
        var taken = t.Hosts[1].Commit(new TakeOver(Machine(1), Life(0), Life(1), Life(2)));
        Assert.True(taken.Table.Machine(Machine(1))!.IsHeldBy(Life(2)));
        var late = t.Hosts[0].Commit(new Release(Machine(1), new Epoch(2), Life(0)));
        Assert.Equal(CommandRefusal.OtherEpoch, Assert.IsType<CommandOutcome.Refused>(late.Outcomes[0]).Reason);
        var again = t.Hosts[0].Commit(new JoinHost(Life(0, 2), "a", Guid.NewGuid(), WatchdogClass.Software, [new(Machine(1), new Epoch(0))]));
        Assert.True(again.Table.Machine(Machine(1))!.IsHeldBy(Life(2)));
    }

    [Fact]
    public void A_single_host_commits_alone()
    {
        var t = new AreaStory(1);
        Assert.IsType<CommandOutcome.Done>(t.Hosts[0].Commit(Create(1, 0)).Outcomes[0]);
        Assert.Equal(2UL, t.Hosts[0].Commit(Create(1, 0)).Table.Version);
    }

    [Fact]
    public void With_an_infinite_drain_a_lost_write_stops_this_hosts_writing_for_good()
    {
        var register = new LeaseRegister(new RegisterSettings(new Slot(0), TimingPlan.Infinite, Moment.Zero));
        var t = new AreaStory(1);
        register.Step(Moment.Zero, new RegisterInput.Start());
        register.Step(Moment.Zero, new RegisterInput.AreaRead(register.State.Ticket, new Slot(0), t.Read(0, 0)!));
        register.Step(Moment.Zero, new RegisterInput.Prepare());
        register.Step(Moment.Zero, new RegisterInput.WriteEnded(register.State.Ticket, WriteOutcome.Lost));
        Assert.Equal((RegisterPhase.Draining, Moment.Never), (register.State.Phase, register.WakeAt));
    }
}
