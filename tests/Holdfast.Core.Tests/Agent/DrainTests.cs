using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

public sealed class DrainTests
{
    private const string By = "somebody: a new kernel";
    private static readonly MachineId M = new(AgentStory.Vm);

    [Fact]
    public void A_drained_host_says_so_and_claims_nothing_until_it_is_taken_back()
    {
        var t = AgentStory.Ready();
        t.Flags = HeartbeatFlags.Leaving;
        Drain(t);
        t.Commit(2, new CreateEntry(M, WantedState.Run, AreaStory.Life(2)));
        t.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(LeaseState.Free, t.Entry.State);
        Assert.Equal(HeartbeatFlags.Leaving | HeartbeatFlags.Draining, Said(t));
        Assert.True(t.Agent.Snapshot().Drain is { By: By, Machines.IsEmpty: true });

        t.Tell(new DrainSet(false, "somebody: done"));
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
        Assert.Equal((HeartbeatFlags.None, null), (Said(t), t.Agent.Snapshot().Drain));
    }

    [Fact]
    public void A_machine_is_not_started_on_it_by_order_and_the_refusal_says_who_drains_it_and_the_way_out()
    {
        var t = AgentStory.Ready();
        Drain(t);
        t.Tell(new OrderGiven(1, new AddMachine(AgentStory.Definition, Run: false)));
        t.Pass(TimeSpan.FromSeconds(1));
        t.Tell(new OrderGiven(2, new StartHere(AgentStory.Vm)));
        Assert.Equal($"m1 is not started there: b is being drained ({By}) and takes no machines until 'holdfast host resume b'", t.EndOf(2));
    }

    [Fact]
    public void Its_machine_moves_live_to_a_host_with_room()
    {
        var t = AgentStory.Running();
        Hear(t);
        Drain(t);
        var ask = Assert.Single(t.Told.OfType<MoveAsk>());
        Assert.Equal((AgentStory.Vm, LeaseState.Moving, "moving"), (ask.Machine, t.Entry.State, Assert.Single(t.Agent.Snapshot().Drain!.Machines).State));
        Assert.Contains("draining", t.Decisions);
    }

    [Fact]
    public void With_no_host_that_takes_it_it_stays_and_runs_and_the_reason_is_told_once_and_kept_and_it_is_tried_again()
    {
        var t = AgentStory.Running();
        t.Flags = HeartbeatFlags.Leaving | HeartbeatFlags.Draining;
        Hear(t);
        Drain(t);
        Hear(t, 25);
        var stays = Assert.Single(t.Agent.Snapshot().Drain!.Machines);
        Assert.Equal(("stays", "no other host can take it: a is being drained (until 'holdfast host resume a'); c is being drained (until 'holdfast host resume c')", "running"), (stays.State, stays.Why, t.State));
        Assert.Single(t.Decisions, k => k == "alarm");
        Assert.Contains(t.Agent.Snapshot().Alarms, a => a == $"m1 cannot leave b: {stays.Why}");

        t.Flags = HeartbeatFlags.None;
        Hear(t, 11);
        Assert.Single(t.Told.OfType<MoveAsk>());
    }

    [Fact]
    public void It_does_not_give_a_machine_with_a_guest_network_to_a_host_without_one()
    {
        var t = AgentStory.Running();
        t.Flags = HeartbeatFlags.GuestDown;
        Hear(t);
        Drain(t);
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Contains("a does not say that it has the guest network", Assert.Single(t.Agent.Snapshot().Drain!.Machines).Why, StringComparison.Ordinal);
        Assert.Empty(t.Told.OfType<MoveAsk>());
    }

    [Fact]
    public void A_disarmed_host_gives_nothing_away_although_it_is_drained()
    {
        var t = AgentStory.Running();
        t.Tell(new HighAvailabilitySet(TimeSpan.FromMinutes(2), "somebody: the switch"));
        Hear(t);
        Drain(t);
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal("b is disarmed, and gives nothing away meanwhile", Assert.Single(t.Agent.Snapshot().Drain!.Machines).Why);
        Assert.Empty(t.Told.OfType<MoveAsk>());
    }

    [Fact]
    public void A_machine_that_was_sent_before_its_source_knew_is_refused()
    {
        var t = AgentStory.Ready().HeldByA();
        t.Commit(0, new Core.Leases.BeginMove(M, t.Entry.Epoch, t.Life, AreaStory.Life(0)));
        Drain(t);
        t.Tell(new PeerSaid(new MoveAsk(AgentStory.Store, t.Entry.Epoch.Value, "", null, AgentStory.Definition) { Move = Guid.NewGuid(), Machine = AgentStory.Vm, From = 0 }));
        Assert.Contains("is being drained", Assert.Single(t.Told.OfType<MoveRefused>()).Reason, StringComparison.Ordinal);
        Assert.Equal(0, t.Times<PrepareMove>());
    }

    private static void Drain(AgentStory t)
    {
        t.Tell(new DrainSet(true, By));
        t.Pass(TimeSpan.FromMilliseconds(600));
    }

    /// <summary>The others are heard all that time, so that what they say of themselves is known.</summary>
    private static void Hear(AgentStory t, double seconds = 0.6)
    {
        for (var until = t.Now + TimeSpan.FromSeconds(seconds); t.Now < until;)
        {
            t.Beats(0, 0b111);
            t.Beats(2, 0b111);
            t.Pass(TimeSpan.FromMilliseconds(200));
        }
    }

    private static HeartbeatFlags Said(AgentStory t) => t.Did.OfType<SendHeartbeat>().Last().Heartbeat.Flags;
}
