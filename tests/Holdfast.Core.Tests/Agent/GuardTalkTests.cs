using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Tests.Agent;

public sealed class GuardTalkTests
{
    private readonly HostAgent agent = new(new AgentSettings(
        "test", "h1", 0, Guid.NewGuid(), 1, TimingPlan.Fast, [new("cluster", NetworkRoles.Cluster)], ImmutableSortedDictionary<int, string>.Empty.Add(0, "h1"), ImmutableSortedDictionary<int, ImmutableArray<FenceLevel>>.Empty, false, [new("cluster", "10.0.0.1")], WatchdogClass.Software));

    [Fact]
    public void A_guard_that_was_not_heard_yet_is_asked_again_and_again_for_what_it_holds()
    {
        Assert.Single(OrdersAt(0), o => o is Report);
        Assert.DoesNotContain(OrdersAt(0.4), o => o is Report);
        Assert.Single(OrdersAt(0.6), o => o is Report);
    }

    [Fact]
    public void A_guard_that_was_heard_is_told_the_slots_note_as_a_sign_of_life_and_asked_again_when_its_line_is_lost()
    {
        Take(0, new GuardSaid(new GuardReport(0, Guid.NewGuid(), "none", [], [])));
        Assert.Single(OrdersAt(1), o => o is SlotNote);
        Take(1.1, new GuardSaid(null));
        Assert.Single(OrdersAt(2), o => o is Report);
    }

    private IEnumerable<GuardOrder> OrdersAt(double seconds) => Take(seconds, new Tick()).OfType<OrderGuard>().Select(o => o.Order).ToList();

    private ImmutableArray<AgentEffect> Take(double seconds, AgentInput input) => agent.Step(Moment.At(TimeSpan.FromSeconds(seconds)), input);
}
