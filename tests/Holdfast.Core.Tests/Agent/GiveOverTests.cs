using Holdfast.Core.Agent;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

/// <summary>Row 5: the storage is lost here and others have it. Both sides of the word that an owner gives.</summary>
public sealed class GiveOverTests
{
    private static readonly MachineId Machine = new(AgentStory.Vm);

    [Fact]
    public void A_machine_that_has_a_place_elsewhere_is_ended_after_the_limit_and_the_word_waits_for_its_drain()
    {
        var t = Lost();
        t.Hypervisor = call => call is End ? null : new(call.Op, call.Machine);
        Wait(t, TimingPlan.Fast.StorageLossLimit + TimeSpan.FromSeconds(2), answers: true);
        var end = Assert.Single(t.Calls.OfType<End>());
        Assert.Empty(t.Told.OfType<IsGone>());

        t.Guard.Machines.Clear();
        t.End(end);
        Wait(t, TimeSpan.FromMilliseconds(600), answers: true);
        Assert.Empty(t.Told.OfType<IsGone>());
        Wait(t, TimeSpan.FromSeconds(2), answers: true);
        var word = t.Told.OfType<IsGone>().Last();
        Assert.Equal((t.Life.Incarnation.Value, t.Entry.Epoch.Value, AgentStory.Own), (word.Incarnation, word.Epoch, word.From));
        Assert.True(word.IsAbout(t.Entry));
    }

    [Fact]
    public void A_process_that_the_guard_still_sees_is_not_gone_whatever_the_hypervisor_says()
    {
        var t = Lost();
        Wait(t, TimingPlan.Fast.StorageLossLimit + TimeSpan.FromSeconds(10), answers: true);
        Assert.Single(t.Calls.OfType<End>());
        t.HasProcess(GuardedState.Ending);
        t.Told.Clear();
        Wait(t, TimeSpan.FromSeconds(5), answers: true);
        Assert.Empty(t.Told.OfType<IsGone>());
    }

    [Fact]
    public void An_agent_gives_no_word_for_a_process_that_an_earlier_one_may_have_ended_just_before()
    {
        var t = AgentStory.Running();
        t.Drain = TimeSpan.FromSeconds(30);
        t.Guard.Machines.Clear();
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(3));
        t.Reread = (_, _) => null;
        t.Expire();

        // Until the drain has passed nothing proves it; and after it this agent waits for the answer to its own request for a new epoch.
        Wait(t, TimeSpan.FromSeconds(40), answers: true);
        Assert.Equal("expired", t.Agent.Snapshot().Datastores.Single().State);
        Assert.Empty(t.Told.OfType<IsGone>());
    }

    [Fact]
    public void Before_the_limit_nothing_is_ended()
    {
        var t = Lost();
        Wait(t, TimingPlan.Fast.StorageLossLimit - TimeSpan.FromSeconds(2), answers: true);
        Assert.Empty(t.Calls.OfType<End>());
    }

    [Fact]
    public void A_machine_that_nobody_has_a_place_for_stays_frozen()
    {
        var t = Lost();
        Wait(t, TimingPlan.Fast.StorageLossLimit + TimeSpan.FromSeconds(20), answers: false);
        Assert.NotEmpty(t.Told.OfType<OffersOver>());
        Assert.Empty(t.Calls.OfType<End>());
    }

    [Fact]
    public void Where_no_other_host_says_that_it_renews_nothing_is_ended()
    {
        var t = Lost();
        t.Flags = HeartbeatFlags.Expired;
        Wait(t, TimingPlan.Fast.StorageLossLimit + TimeSpan.FromSeconds(20), answers: true);
        Assert.Empty(t.Calls.OfType<End>());
    }

    [Fact]
    public void By_an_owners_word_its_machine_is_taken_and_no_other()
    {
        var t = AgentStory.Ready().HeldByA();
        t.Pass(TimeSpan.FromSeconds(1));
        t.Tell(new PeerSaid(Word(t.Entry)));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, t.Entry.Owner!.Value.Slot.Value);
        Assert.Contains("taken-over", t.Decisions);
    }

    [Theory]
    [InlineData("epoch")]
    [InlineData("incarnation")]
    [InlineData("host")]
    public void A_word_about_another_right_takes_nothing(string other)
    {
        var t = AgentStory.Ready().HeldByA();
        t.Pass(TimeSpan.FromSeconds(1));
        var word = Word(t.Entry);
        t.Tell(new PeerSaid(other switch
        {
            "epoch" => word with { Epoch = word.Epoch - 1 },
            "incarnation" => word with { Incarnation = Guid.NewGuid() },
            _ => word with { From = 2 },
        }));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(0, t.Entry.Owner!.Value.Slot.Value);
    }

    [Fact]
    public void An_offer_is_answered_only_while_its_right_is_the_entrys()
    {
        var t = AgentStory.Ready().HeldByA();
        t.Pass(TimeSpan.FromSeconds(1));
        var offer = new OffersOver(AgentStory.Store, t.Entry.Owner!.Value.Incarnation.Value, t.Entry.Epoch.Value) { Machine = AgentStory.Vm, From = 0 };
        t.Tell(new PeerSaid(offer with { Epoch = offer.Epoch + 1 }));
        Assert.Empty(t.Told.OfType<WouldTake>());
        t.Tell(new PeerSaid(offer));
        Assert.Single(t.Told.OfType<WouldTake>());
    }

    private static IsGone Word(MachineEntry entry) => new(AgentStory.Store, entry.Owner!.Value.Incarnation.Value, entry.Epoch.Value) { Machine = entry.Machine.Value, From = entry.Owner.Value.Slot.Value };

    /// <summary>The machine runs here; then this host reads nothing of the store any more and its right expires, while the others renew.</summary>
    private static AgentStory Lost()
    {
        var t = AgentStory.Running();
        t.Reread = (_, _) => null;
        t.Expire();
        return t;
    }

    private static void Wait(AgentStory t, TimeSpan span, bool answers)
    {
        for (var until = t.Now + span; t.Now < until;)
        {
            t.Beats(0, 0b111);
            t.Beats(2, 0b111);
            t.Pass(TimeSpan.FromMilliseconds(200));
            if (answers && t.Told.OfType<OffersOver>().LastOrDefault() is { } offer)
            {
                t.Tell(new PeerSaid(new WouldTake(offer.Datastore, offer.Incarnation, offer.Epoch) { Machine = offer.Machine, From = 2 }));
            }
        }
    }
}
