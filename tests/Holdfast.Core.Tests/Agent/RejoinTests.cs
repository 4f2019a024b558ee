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
}
