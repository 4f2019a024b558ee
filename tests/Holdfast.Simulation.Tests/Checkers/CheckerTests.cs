using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.Checkers;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Tests.Checkers;

/// <summary>What no weakening shows is shown here: each of these checkers reports a history that must not be, and passes the one beside it that may be.</summary>
public sealed class CheckerTests
{
    private static readonly HostLife First = new(new Slot(0), new Incarnation(new Guid(1, 0, 0, new byte[8])));
    private static readonly HostLife Second = new(new Slot(1), new Incarnation(new Guid(2, 0, 0, new byte[8])));
    private readonly SimulatedCluster cluster = new(new ClusterOptions(1));
    private readonly LeaseTable start;
    private readonly MachineId machine;
    private ulong batches;

    public CheckerTests()
    {
        machine = new(cluster.MakeMachine(1, cluster.Stores[0]).Id);
        start = Apply(Apply(LeaseTable.First(["h1", "h2", "h3", "h4", "h5"]), Join(First, "h1")), Join(Second, "h2"));
    }

    [Fact]
    public void A_version_that_nobody_proposed_is_no_version()
    {
        var checker = new LeaseTableIsLinearizable(cluster);
        var (one, other) = (Apply(start, Create), Apply(start, Create with { Wanted = WantedState.Stop }));
        checker.Written(cluster.Hosts[0], "gold", Proposal(start, one));
        checker.TableSeen(cluster.Hosts[0], "gold", one);
        Assert.Empty(cluster.Violations);
        new LeaseTableIsLinearizable(cluster).TableSeen(cluster.Hosts[0], "gold", other);
        Assert.Contains("nobody has proposed it", Assert.Single(cluster.Violations).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_version_is_made_from_the_one_before_it()
    {
        var checker = new LeaseTableIsLinearizable(cluster);
        var created = Apply(start, Create);
        var next = Apply(created, new Claim(machine, First));
        checker.Written(cluster.Hosts[0], "gold", Proposal(start, next));
        checker.TableSeen(cluster.Hosts[0], "gold", next);
        Assert.Contains("was made from another version", Assert.Single(cluster.Violations).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_is_in_one_version()
    {
        var checker = new LeaseTableIsLinearizable(cluster);
        var created = Apply(start, Create);
        var author = created.Host(First.Slot)!;
        var twice = created.With(author with { LastBatchVersion = created.Version + 1 }) with { Version = created.Version + 1 };
        foreach (var (from, to) in ((LeaseTable, LeaseTable)[])[(start, created), (created, twice)])
        {
            Assert.Empty(cluster.Violations);
            checker.Written(cluster.Hosts[0], "gold", Proposal(from, to));
            checker.TableSeen(cluster.Hosts[0], "gold", to);
        }

        Assert.Contains("is in the versions", Assert.Single(cluster.Violations).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_is_moved_to_and_fro_without_an_order_is_ping_pong()
    {
        var (to, back) = Moves();
        var checker = new NoPingPong(cluster);
        checker.TableSeen(cluster.Hosts[0], "gold", to[0]);
        checker.TableSeen(cluster.Hosts[0], "gold", to[1]);
        checker.TableSeen(cluster.Hosts[0], "gold", back[0]);
        checker.TableSeen(cluster.Hosts[0], "gold", back[1]);
        Assert.Contains("nobody ordered it", Assert.Single(cluster.Violations).What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_somebody_orders_back_may_go_back()
    {
        var (to, back) = Moves();
        var checker = new NoPingPong(cluster);
        checker.TableSeen(cluster.Hosts[0], "gold", to[0]);
        checker.TableSeen(cluster.Hosts[0], "gold", to[1]);
        checker.Ordered(cluster.Hosts[1], new MoveMachine(machine.Value, 0, Guid.NewGuid()));
        checker.TableSeen(cluster.Hosts[0], "gold", back[0]);
        checker.TableSeen(cluster.Hosts[0], "gold", back[1]);
        Assert.Empty(cluster.Violations);
    }

    [Fact]
    public void More_moves_than_the_table_allows_are_a_violation()
    {
        var entry = new MachineEntry(machine, WantedState.Run, LeaseState.Moving, new Epoch(1), First, Second);
        var full = Enumerable.Range(0, LeaseTable.MostMoves).Aggregate(start, (table, n) => table.With(entry with { Machine = new MachineId(new Guid(n, 0, 0, new byte[8])) }));
        var checker = new CapsAreRespected(cluster);
        checker.TableSeen(cluster.Hosts[0], "gold", full);
        Assert.Empty(cluster.Violations);
        checker.TableSeen(cluster.Hosts[0], "gold", full.With(entry));
        Assert.Contains("moves are open", Assert.Single(cluster.Violations).What, StringComparison.Ordinal);
    }

    [Fact]
    public void More_fencings_within_a_ttl_than_the_cap_are_a_violation()
    {
        var third = new HostLife(new Slot(2), new Incarnation(new Guid(3, 0, 0, new byte[8])));
        var one = Apply(Apply(start, Join(third, "h3")), new OpenFencing(Second, First));
        var checker = new CapsAreRespected(cluster);
        var suspected = new Decision("suspected", null, "h4", null, "h4 is silent");
        checker.TableSeen(cluster.Hosts[0], "gold", one);
        checker.Decided(cluster.Hosts[0], suspected);
        Assert.Empty(cluster.Violations);
        checker.TableSeen(cluster.Hosts[0], "gold", Apply(one, new OpenFencing(third, First)));
        checker.Decided(cluster.Hosts[1], suspected);
        Assert.Empty(cluster.Violations);
        checker.Decided(cluster.Hosts[0], suspected);
        Assert.Contains("less than a ttl", Assert.Single(cluster.Violations).What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claimed", "vm1 is claimed by h1, as nobody owns it", 0)]
    [InlineData("claimed", "it is claimed by h1, as nobody owns it", 1)]
    [InlineData("claimed", "vm1", 1)]
    [InlineData("", "vm1 is claimed by h1, as nobody owns it", 1)]
    public void A_decision_names_its_machine_and_says_why(string kind, string text, int violations)
    {
        new EveryDecisionHasAReason(cluster).Decided(cluster.Hosts[0], new(kind, machine.Value, null, null, text));
        Assert.Equal(violations, cluster.Violations.Count);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("h2 has no room for vm1", 0)]
    [InlineData("no", 1)]
    public void A_refused_order_says_why(string? refusal, int violations)
    {
        new EveryDecisionHasAReason(cluster).OrderEnded(cluster.Hosts[0], new RemoveMachine(machine.Value), refusal);
        Assert.Equal(violations, cluster.Violations.Count);
    }

    private CreateEntry Create => new(machine, WantedState.Run, First);

    private static JoinHost Join(HostLife life, string name) => new(life, name, Guid.Empty, WatchdogClass.Hardware, []);

    private static BallotRecord Proposal(LeaseTable from, LeaseTable to) => new(1, from, new Ballot(64), new Ballot(64), to);

    private (LeaseTable[] To, LeaseTable[] Back) Moves()
    {
        var held = Apply(Apply(start, Create), new Claim(machine, First));
        var to = Move(held, First, Second);
        return (to, Move(to[1], Second, First));
    }

    private LeaseTable[] Move(LeaseTable table, HostLife from, HostLife to)
    {
        var moving = Apply(table, new Core.Leases.BeginMove(machine, table.Machine(machine)!.Epoch, to, from));
        return [moving, Apply(moving, new CommitMove(machine, moving.Machine(machine)!.Epoch, from))];
    }

    private LeaseTable Apply(LeaseTable table, TableCommand command)
    {
        var (next, outcomes) = new TableBatch(new BatchId(1, ++batches), command.By.Slot, [command]).ApplyTo(table);
        Assert.IsType<CommandOutcome.Done>(Assert.Single(outcomes));
        return next;
    }
}
