using Holdfast.Core.Agent;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

public sealed class RejoinTests
{
    [Fact]
    public void A_guard_report_from_before_the_rejoin_does_not_begin_a_second_one()
    {
        var t = AgentStory.Running();
        t.Expire();
        t.Tell(new GuardSaid(t.Guard.Report(t.Now)));
        t.GuardReports = false;
        t.Pass(TimeSpan.FromSeconds(1));
        t.GuardReports = true;
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Single(t.Guard.Orders.OfType<Rejoin>());
        Assert.True(t.Agent.Snapshot().Ready, t.Agent.Snapshot().Reason);
        Assert.Equal(t.Guard.Areas[AgentStory.Store].Incarnation, t.Life.Incarnation.Value);
    }

    [Fact]
    public void A_machine_whose_process_is_not_gone_yet_is_not_given_away_by_the_rejoin()
    {
        var t = AgentStory.Running();
        t.Expire(GuardedState.Freezing);
        t.Hypervisor = call => call is End ? null : new(call.Op, call.Machine);
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Empty(Assert.Single(t.Guard.Orders.OfType<Rejoin>()).Thaw);
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
        var epoch = t.Entry.Epoch;

        // The guard has killed it; what it had in flight may land until drain has passed.
        t.Guard.Machines.Clear();
        t.End(t.Called<End>());
        var starts = t.Times<CreatePaused>();
        t.Pass(TimeSpan.FromMilliseconds(900));
        Assert.Equal(starts, t.Times<CreatePaused>());
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("running", t.State);
        Assert.True(t.Entry.IsHeldBy(t.Life) && t.Entry.Epoch > epoch);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_a_machine_that_has_come_back_the_process_from_before_it_left_is_not_thawed(bool left)
    {
        var t = AgentStory.Running();
        var (machine, life) = (new MachineId(AgentStory.Vm), t.Life);
        t.HasProcess();
        t.Expire();
        (t.GuardReports, t.Reread) = (false, (_, _) => null);
        if (left)
        {
            t.Commit(0, new TakeOver(machine, life, AreaStory.Life(0)));
            t.Commit(2, new TakeOver(machine, AreaStory.Life(0), AreaStory.Life(2), life));
        }

        Assert.True(t.Entry.IsHeldBy(life));
        (t.GuardReports, t.Reread) = (true, null);
        t.Boot();
        t.Pass(TimeSpan.FromSeconds(3));
        Assert.Equal(left ? 0 : 1, Assert.Single(t.Guard.Orders.OfType<Rejoin>()).Thaw.Length);
        Assert.True(t.Entry.IsHeldBy(t.Life) && t.Life != life, $"the table says {t.Entry}");
    }

    [Fact]
    public void A_guard_that_lost_its_memory_costs_a_machine_a_pause_and_not_its_lease()
    {
        var t = AgentStory.Running();
        t.Guard = new();
        t.HasProcess(GuardedState.Frozen);
        var starts = t.Times<CreatePaused>();
        t.Pass(TimeSpan.FromSeconds(2));
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
        Assert.Equal((starts, 0), (t.Times<CreatePaused>(), t.Times<End>()));
        Assert.Equal(t.Entry.Epoch.Value, t.Guard.Machines[AgentStory.Vm].Epoch);
    }

    [Fact]
    public void Silence_from_before_a_host_rejoined_proves_nothing_about_its_new_life()
    {
        var t = AgentStory.Ready();
        t.Commit(0, TableStory.Join(AreaStory.Life(0, 2), "a"));
        t.Commit(0, new CreateEntry(new MachineId(AgentStory.Vm), WantedState.Run, AreaStory.Life(0, 2)), new Claim(new MachineId(AgentStory.Vm), AreaStory.Life(0, 2)));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0, 2)));
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(9));
        t.Commit(0, TableStory.Join(AreaStory.Life(0, 3), "a", new MachineId(AgentStory.Vm)));
        t.Pass(TimeSpan.FromSeconds(9));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(0, 3)), $"the table says {t.Entry}");
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
    }
}
