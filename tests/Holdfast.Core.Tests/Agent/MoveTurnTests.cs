using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Tests.Leases;

namespace Holdfast.Core.Tests.Agent;

/// <summary>A machine runs here and is ordered away while others' machines move; host c has room for all.</summary>
public sealed class MoveTurnTests
{
    private const long Order = 2;

    [Theory]
    [InlineData(7, 0, null)]
    [InlineData(8, 0, "8 machines move in the cluster")]
    [InlineData(1, 2, null)]
    [InlineData(2, 2, "2 machines move to c")]
    public void It_waits_while_as_many_move_as_may(int others, int to, string? waitsFor)
    {
        var t = AgentStory.Running(4);
        Begin(t, others, to == 2 ? 2 : 3);
        t.Tell(new OrderGiven(Order, new MoveMachine(AgentStory.Vm, 2, Guid.NewGuid())));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal((waitsFor, waitsFor is null ? "moving" : "waiting"), (View(t).WaitsFor, View(t).State));
        Assert.Equal(waitsFor is null ? LeaseState.Moving : LeaseState.Held, t.Entry.State);
    }

    [Fact]
    public void It_goes_as_soon_as_another_one_has_arrived()
    {
        var t = Waiting();
        var first = t.Table.Machine(AreaStory.Machine(50))!;
        t.Commit(0, new CommitMove(first.Machine, first.Epoch, AreaStory.Life(0)));
        t.Pass(TimeSpan.FromMilliseconds(300));
        Assert.Equal((null, "moving", LeaseState.Moving), (View(t).WaitsFor, View(t).State, t.Entry.State));
    }

    [Fact]
    public void It_waits_for_no_machine_of_a_host_that_is_silent()
    {
        var t = Waiting();
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(1.5));
        Assert.Equal(LeaseState.Moving, t.Entry.State);
    }

    [Fact]
    public void Its_host_says_so_to_the_others_while_it_waits()
    {
        var t = Waiting();
        Assert.True(Says(t));
        t.Beating.Remove(0);
        t.Pass(TimeSpan.FromSeconds(2));
        Assert.False(Says(t));
    }

    [Fact]
    public void A_migration_that_waits_for_its_turn_can_be_cancelled()
    {
        var t = Waiting();
        t.Tell(new OrderGiven(Order + 1, new CancelMigration(AgentStory.Vm)));
        t.Pass(TimeSpan.FromMilliseconds(200));
        Assert.Equal(("done", "running"), (t.EndOf(Order + 1), t.State));
        Assert.Contains("cancelled by order", t.EndOf(Order), StringComparison.Ordinal);
    }

    private static MoveView View(AgentStory t) => Assert.Single(t.Agent.Snapshot().Moves);

    private static bool Says(AgentStory t) => t.Did.OfType<SendHeartbeat>().Last().Heartbeat.Flags.HasFlag(HeartbeatFlags.AwaitsTurn);

    private static AgentStory Waiting()
    {
        var t = AgentStory.Running(4);
        Begin(t, 8, 3);
        t.Tell(new OrderGiven(Order, new MoveMachine(AgentStory.Vm, 2, Guid.NewGuid())));
        t.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal("8 machines move in the cluster", View(t).WaitsFor);
        return t;
    }

    /// <summary>So many machines of host a move to the host of this slot.</summary>
    private static void Begin(AgentStory t, int count, int to)
    {
        for (var number = 50; number < 50 + count; number++)
        {
            var machine = AreaStory.Machine(number);
            t.Commit(0, new CreateEntry(machine, WantedState.Run, AreaStory.Life(0)), new Claim(machine, AreaStory.Life(0)));
            t.Commit(0, new Core.Leases.BeginMove(machine, t.Table.Machine(machine)!.Epoch, AreaStory.Life(to), AreaStory.Life(0)));
            Assert.Equal(LeaseState.Moving, t.Table.Machine(machine)!.State);
        }
    }
}
