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
}
