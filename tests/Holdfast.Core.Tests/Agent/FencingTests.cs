using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

public sealed class FencingTests
{
    [Fact]
    public void A_fencer_that_died_and_owns_nothing_keeps_nobody_from_fencing()
    {
        var t = AgentStory.Ready(devices: 1);
        t.HeldByA();

        // Host 0 has no watchdog, so that only a device proves its death.
        t.Commit(2, new OpenFencing(AreaStory.Life(0), AreaStory.Life(2)));
        t.Beating.Clear();
        t.Pass(TimeSpan.FromSeconds(40));
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
    }

    [Fact]
    public void A_host_whose_device_fails_withdraws_its_announcement_so_that_another_may_try()
    {
        var t = AgentStory.Ready(devices: 1);
        t.FenceDevice = _ => "it does not answer";
        t.HeldByA();
        t.Beating.Remove(0);
        for (var n = 0; n < 400 && !t.Decisions.Contains("fence-failed"); n++)
        {
            t.Pass(TimeSpan.FromMilliseconds(100));
        }

        Assert.Contains("fence-failed", t.Decisions);
        t.Pass(TimeSpan.FromMilliseconds(500));
        Assert.Null(Assert.Single(t.Agent.Tables).Table.Host(new Slot(0))!.Fencing);
    }

    [Fact]
    public void A_silent_host_that_owns_machines_is_read_more_often()
    {
        var t = AgentStory.Ready(devices: 1);
        t.HeldByA();
        int Reads(TimeSpan span)
        {
            var before = t.Did.OfType<ReadSlots>().Count();
            t.Pass(span);
            return t.Did.OfType<ReadSlots>().Count() - before;
        }

        var usual = Reads(TimeSpan.FromSeconds(2));
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.True(Reads(TimeSpan.FromSeconds(2)) > usual * 3 / 2);
    }

    [Fact]
    public void Clocks_that_have_gone_apart_void_what_was_observed_of_a_silent_host()
    {
        var t = AgentStory.Ready(devices: 1);
        t.HeldByA();
        t.Beating.Remove(0);
        for (var n = 0; n < 300; n++)
        {
            t.Pass(TimeSpan.FromMilliseconds(100));
            t.Tell(new ClocksDisagree());
        }

        Assert.DoesNotContain("fencing", t.Decisions);
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");
    }

    [Fact]
    public void The_next_device_is_asked_only_when_the_former_has_failed()
    {
        var t = AgentStory.Ready(devices: 2).HeldByA();
        t.FenceDevice = level => level == 0 ? "no route to the management board" : null;
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal([0, 1], t.Did.OfType<FenceOff>().Select(e => e.Level));
        Assert.Contains("fenced", t.Decisions);
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");

        var second = AgentStory.Ready(devices: 2).HeldByA();
        second.Beating.Remove(0);
        second.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal([0], second.Did.OfType<FenceOff>().Select(e => e.Level));
    }

    [Fact]
    public void A_host_that_speaks_again_is_not_shot_by_the_next_device()
    {
        var t = AgentStory.Ready(devices: 2).HeldByA();
        t.FenceDevice = _ =>
        {
            t.Beating.Add(0);
            t.Pass(TimeSpan.FromSeconds(1));
            return "no route to the management board";
        };
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal([0], t.Did.OfType<FenceOff>().Select(e => e.Level));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");
    }

    [Fact]
    public void A_host_that_a_living_host_in_another_part_of_the_networks_still_reaches_is_not_shot()
    {
        var t = AgentStory.Ready(devices: 1).HeldByA();
        t.Reaches[2] = 1UL << 0;
        t.Pass(TimeSpan.FromSeconds(2));
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(20));
        Assert.Empty(t.Did.OfType<FenceOff>());
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");

        t.Reaches[2] = 0;
        t.Pass(TimeSpan.FromSeconds(10));
        Assert.Single(t.Did.OfType<FenceOff>());
    }

    [Fact]
    public void No_more_hosts_than_the_cap_are_fenced_within_a_ttl_and_the_next_one_after_it()
    {
        var t = AgentStory.Ready(hosts: 4, devices: 1).HeldByA();
        var other = AreaStory.Machine(2);
        t.Commit(2, new CreateEntry(other, WantedState.Run, AreaStory.Life(2)), new Claim(other, AreaStory.Life(2)));
        t.Beating.Remove(0);
        t.Beating.Remove(2);
        List<(string Host, Moment At)> shots = [];
        for (var n = 0; n < 400; n++)
        {
            var before = t.Did.Count;
            t.Pass(TimeSpan.FromMilliseconds(100));
            shots.AddRange(t.Did.Skip(before).OfType<FenceOff>().Select(e => (e.Host, t.Now)));
        }

        Assert.Equal(["a", "c"], shots.Select(s => s.Host));
        Assert.True(shots[1].At - shots[0].At >= TimingPlan.Fast.Ttl - TimeSpan.FromMilliseconds(200), $"shots at {string.Join(", ", shots)}");
    }

    [Fact]
    public void Each_device_is_asked_for_its_state_at_the_start_and_then_every_day_and_never_for_off()
    {
        var t = AgentStory.Ready(devices: 2);
        Assert.All(t.Agent.Snapshot().FenceDevices, d => Assert.Equal("proven", d.State));
        Assert.Equal(6, t.Did.OfType<TestFence>().Count());
        Assert.Empty(t.Did.OfType<FenceOff>());
    }

    [Fact]
    public void A_device_that_fails_its_test_is_shown_with_the_reason_until_it_works_again()
    {
        var t = new AgentStory(devices: 1) { FenceDevice = _ => "no route to the power strip" };
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.All(t.Agent.Snapshot().FenceDevices, d => Assert.Equal(("failed", "no route to the power strip"), (d.State, d.Failure)));
        Assert.Contains(t.Agent.Snapshot().Alarms, a => a.Contains("no route to the power strip", StringComparison.Ordinal));
        t.FenceDevice = _ => null;
        t.Pass(TimeSpan.FromMinutes(11));
        Assert.All(t.Agent.Snapshot().FenceDevices, d => Assert.Equal("proven", d.State));
        Assert.Contains("device-proven", t.Decisions);
        Assert.DoesNotContain(t.Agent.Snapshot().Alarms, a => a.Contains("fence device", StringComparison.Ordinal));
    }
}
