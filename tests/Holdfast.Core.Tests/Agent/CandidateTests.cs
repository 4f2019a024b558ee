using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

/// <summary>Which hosts a machine may be planned for.</summary>
public sealed class CandidateTests
{
    [Fact]
    public void A_host_that_has_long_been_silent_takes_nothing_because_its_observation_has_just_begun_anew()
    {
        var t = AgentStory.Ready();
        t.Tell(new DrainSet(true, "somebody: a new kernel"));
        t.Beating.Clear();
        t.Pass(TimeSpan.FromSeconds(20));
        t.Tell(new ClocksDisagree());
        t.Pass(TimeSpan.FromMilliseconds(700));
        t.Commit(0, new CreateEntry(new MachineId(AgentStory.Vm), WantedState.Run, AreaStory.Life(0)));
        t.Pass(TimeSpan.FromMilliseconds(100));
        Assert.Contains(t.Did.OfType<Decided>(), d => d.Decision.Text == "m1 waits: no host with room for it can be seen (b being drained)");
    }
}
