using Holdfast.Core.Leases;
using Holdfast.Core.Recovery;

namespace Holdfast.Core.Tests.Recovery;

public sealed class RecoveryPlanTests
{
    private static readonly HostLife H2 = new(new Slot(1), new Incarnation(Guid.NewGuid()));

    [Fact]
    public void What_is_broken_comes_first_then_what_starts_by_priority_then_the_rest()
    {
        var plan = RecoveryPlan.Of(
        [
            Machine("off", Free(WantedState.Stop)),
            Machine("runs", Held(), renews: true),
            Machine("late", Free(WantedState.Run)),
            Machine("early", Held(), priority: 9),
            Machine("torn", Free(WantedState.Run), trouble: "disk0 is damaged."),
        ]);
        Assert.Equal(["torn", "early", "late", "runs", "off"], plan.Select(i => i.Name));
        Assert.Equal([RecoveryStep.Repair, RecoveryStep.StartAgents, RecoveryStep.StartAgents, RecoveryStep.Leave, RecoveryStep.Stopped], plan.Select(i => i.Step));
    }

    [Fact]
    public void A_machine_of_a_silent_host_is_taken_by_an_agent_that_proves_its_death_and_never_started_by_hand()
    {
        var item = Assert.Single(RecoveryPlan.Of([Machine("web", Held())]));
        Assert.Equal("h2's, which was silent", item.Evidence);
        Assert.Contains("it takes the machine when h2 is proven dead", item.Next, StringComparison.Ordinal);
        Assert.DoesNotContain("vm start", item.Next, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_living_host_runs_is_left_alone_whatever_its_folder_looks_like() =>
        Assert.Equal(RecoveryStep.Leave, Assert.Single(RecoveryPlan.Of([Machine("web", Held(), renews: true, definition: false)])).Step);

    [Fact]
    public void A_lease_without_a_folder_and_a_folder_without_a_lease_say_so()
    {
        Assert.Contains("machine.json", Assert.Single(RecoveryPlan.Of([Machine("gone", Free(WantedState.Run), definition: false)])).Next, StringComparison.Ordinal);
        Assert.Contains("lease table does not know it", Assert.Single(RecoveryPlan.Of([Machine("new", null)])).Next, StringComparison.Ordinal);
    }

    private static MachineEvidence Machine(string name, MachineEntry? entry, int priority = 0, bool renews = false, bool definition = true, string? trouble = null) =>
        new(name, priority, entry, entry?.Owner is null ? null : "h2", renews, definition, trouble);

    private static MachineEntry Free(WantedState wanted) => new(new MachineId(Guid.NewGuid()), wanted, LeaseState.Free, new Epoch(3));

    private static MachineEntry Held() => new(new MachineId(Guid.NewGuid()), WantedState.Run, LeaseState.Held, new Epoch(3), H2);
}
