using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

/// <summary>What a person orders about a host: fence it, or vouch that it is off.</summary>
public sealed class HostOrderTests
{
    private const string Who = "somebody", Why = "it smells of smoke";

    [Fact]
    public void A_living_host_is_fenced_by_order_announced_first_and_its_machines_are_taken_by_right()
    {
        var t = AgentStory.Ready(devices: 1).HeldByA();
        var announced = false;
        t.FenceDevice = _ =>
        {
            announced = Assert.Single(t.Agent.Tables).Table.Host(new Slot(0))!.Fencing is { } open && open.By == t.Life;
            t.Beating.Remove(0);
            return null;
        };
        t.Tell(new OrderGiven(7, new FenceHost(0, Who, Why)));
        t.Pass(TimeSpan.FromSeconds(4));
        Assert.Equal("done", t.EndOf(7));
        Assert.True(announced, "the device was asked before the table said so");
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), "the device's word alone was believed");
        t.Pass(TimingPlan.Fast.SelfFenced);
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
        Assert.Contains(t.Did.OfType<Decided>(), d => d.Decision is { Kind: "suspected", Host: "a" } && d.Decision.Text.Contains($"{Who} ({Why}) orders that a is fenced", StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_that_says_off_while_the_host_writes_on_proves_nothing_also_by_order()
    {
        var t = AgentStory.Ready(devices: 1).HeldByA();
        t.Tell(new OrderGiven(7, new FenceHost(0, Who, Why)));
        t.Pass(TimeSpan.FromSeconds(20));
        Assert.Contains("alarm", t.Decisions);
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");
        Assert.Null(t.Table.Host(new Slot(0))!.Fencing);
    }

    [Fact]
    public void An_ordered_fencing_that_every_device_fails_ends_with_the_reason_and_is_withdrawn()
    {
        var t = AgentStory.Ready(devices: 2).HeldByA();
        t.FenceDevice = level => $"no route {level}";
        t.Tell(new OrderGiven(7, new FenceHost(0, Who, Why)));
        t.Pass(TimeSpan.FromSeconds(2));
        Assert.Contains("no route 1", t.EndOf(7));
        Assert.Equal([0, 1], t.Did.OfType<FenceOff>().Select(e => e.Level));
        Assert.Null(t.Table.Host(new Slot(0))!.Fencing);
    }

    [Fact]
    public void Fencing_is_refused_with_one_sentence_for_oneself_without_a_device_twice_and_over_the_cap()
    {
        var t = AgentStory.Ready(devices: 0);
        Assert.Contains("ask another host's agent", Refusal(t, new FenceHost(AgentStory.Own, Who, Why)));
        Assert.Contains("so it is not dead", Refusal(t, new ConfirmDead(AgentStory.Own, Who, Why)));
        Assert.Contains("no host has slot 40", Refusal(t, new FenceHost(40, Who, Why)));
        Assert.Contains("a has no fence device", Refusal(t, new FenceHost(0, Who, Why)));
        Assert.Empty(t.Did.OfType<FenceOff>());

        t = AgentStory.Ready(devices: 1);
        t.FenceDevice = _ =>
        {
            t.Beating.Remove(0);
            return null;
        };
        Assert.Equal("done", Refusal(t, new FenceHost(0, Who, Why)));
        Assert.Contains("a is dead already", Refusal(t, new FenceHost(0, Who, Why)));
        Assert.Contains("no more than 1", Refusal(t, new FenceHost(2, Who, Why)));
        Assert.Single(t.Did.OfType<FenceOff>());
    }

    [Fact]
    public void A_person_s_word_proves_a_silent_host_dead_where_neither_time_nor_a_device_can()
    {
        var t = AgentStory.Ready().HeldByA();
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromMinutes(2));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"taken by {t.Entry}, although it has no watchdog");
        Assert.Equal("done", Refusal(t, new ConfirmDead(0, Who, Why)));
        Assert.Contains("a is dead already", Refusal(t, new ConfirmDead(0, Who, Why)));
        t.Pass(TimeSpan.FromSeconds(4));
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
        Assert.Contains(t.Did.OfType<Decided>(), d => d.Decision is { Kind: "taken-over" } && d.Decision.Text.Contains($"{Who} ({Why}) vouches for it", StringComparison.Ordinal));
        Assert.Contains($"{Who} ({Why}) vouches that it is off", t.Agent.Snapshot().Picture.Of(0).Death);
    }

    [Fact]
    public void A_host_that_is_heard_cannot_be_confirmed_dead_and_the_channels_are_named()
    {
        var t = AgentStory.Ready().HeldByA();
        Assert.Contains($"a is not dead: it is still heard on datastore {AgentStory.Store}", Refusal(t, new ConfirmDead(0, Who, Why)));
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(2));
        t.Beats(0, heard: 0);
        Assert.Contains("a is not dead: it is still heard on network cluster;", Refusal(t, new ConfirmDead(0, Who, Why)));
        t.Pass(TimeSpan.FromSeconds(2));
        t.Beats(2, heard: 1UL << 0);
        Assert.Contains("a is not dead: it is still heard on network cluster (by c);", Refusal(t, new ConfirmDead(0, Who, Why)));
        t.Pass(TimeSpan.FromSeconds(10));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");
    }

    [Fact]
    public void A_word_that_was_wrong_counts_no_more_once_the_host_is_heard_again()
    {
        var t = AgentStory.Ready().HeldByA();
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(2));
        Assert.Equal("done", Refusal(t, new ConfirmDead(0, Who, Why)));
        t.Beating.Add(0);
        t.Pass(TimeSpan.FromSeconds(10));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");
        Assert.Contains(t.Did.OfType<Decided>(), d => d.Decision.Kind == "alarm" && d.Decision.Text.Contains("that word counts no more", StringComparison.Ordinal));
    }

    private static string? Refusal(AgentStory t, HostOrder order)
    {
        var number = 100 + t.Did.Count;
        t.Tell(new OrderGiven(number, order));
        t.Pass(TimeSpan.FromMilliseconds(500));
        return t.EndOf(number);
    }
}
