using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

public sealed class DisarmTests
{
    [Fact]
    public void While_disarmed_a_dead_host_is_not_fenced_and_nothing_of_it_is_taken_and_after_the_time_it_is()
    {
        var t = AgentStory.Ready(devices: 1);
        t.Commit(2, new CreateEntry(new MachineId(AgentStory.Vm), WantedState.Run, AreaStory.Life(2)), new Claim(new MachineId(AgentStory.Vm), AreaStory.Life(2)));
        t.Tell(new HighAvailabilitySet(TimeSpan.FromMinutes(2), "somebody: the switch"));
        Assert.Equal((1, true), (t.Agent.Snapshot().Row.Number, t.Agent.Snapshot().Disarmed!.Contains("somebody: the switch", StringComparison.Ordinal)));
        t.Beating.Clear();
        t.Pass(TimeSpan.FromSeconds(90));
        Assert.True(t.Entry.IsHeldBy(AreaStory.Life(2)), $"the table says {t.Entry}");

        t.Pass(TimeSpan.FromSeconds(60));
        Assert.Null(t.Agent.Snapshot().Disarmed);
        Assert.True(t.Entry.IsHeldBy(t.Life), $"the table says {t.Entry}");
    }
}
