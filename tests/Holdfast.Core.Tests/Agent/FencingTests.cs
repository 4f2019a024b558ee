using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

public sealed class FencingTests
{
    [Fact]
    public void A_fencer_that_died_and_owns_nothing_keeps_nobody_from_fencing()
    {
        var t = AgentStory.Ready(fences: true);
        t.Commit(0, new CreateEntry(new MachineId(AgentStory.Vm), WantedState.Run, AreaStory.Life(0)), new Claim(new MachineId(AgentStory.Vm), AreaStory.Life(0)));

        // Host 0 has no watchdog, so that only a device proves its death.
        t.Commit(2, new OpenFencing(AreaStory.Life(0), AreaStory.Life(2)));
        t.Beating.Clear();
        t.Pass(TimeSpan.FromSeconds(40));
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
    }

    [Fact]
    public void A_host_whose_device_fails_withdraws_its_announcement_so_that_another_may_try()
    {
        var t = AgentStory.Ready(fences: true);
        t.FenceDevice = "it does not answer";
        t.Commit(0, new CreateEntry(new MachineId(AgentStory.Vm), WantedState.Run, AreaStory.Life(0)), new Claim(new MachineId(AgentStory.Vm), AreaStory.Life(0)));
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
        var t = AgentStory.Ready(fences: true);
        t.Commit(0, new CreateEntry(new MachineId(AgentStory.Vm), WantedState.Run, AreaStory.Life(0)), new Claim(new MachineId(AgentStory.Vm), AreaStory.Life(0)));
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
        var t = AgentStory.Ready(fences: true);
        t.Commit(0, new CreateEntry(new MachineId(AgentStory.Vm), WantedState.Run, AreaStory.Life(0)), new Claim(new MachineId(AgentStory.Vm), AreaStory.Life(0)));
        t.Beating.Remove(0);
        for (var n = 0; n < 300; n++)
        {
            t.Pass(TimeSpan.FromMilliseconds(100));
            t.Tell(new ClocksDisagree());
        }

        Assert.DoesNotContain("fencing", t.Decisions);
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0)), $"the table says {t.Entry}");
    }
}
