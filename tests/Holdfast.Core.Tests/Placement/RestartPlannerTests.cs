using System.Collections.Immutable;
using Holdfast.Core.Placement;

namespace Holdfast.Core.Tests.Placement;

public sealed class RestartPlannerTests
{
    [Fact]
    public void What_does_not_all_fit_is_placed_by_priority_and_the_rest_waits_with_a_reason()
    {
        var plan = RestartPlanner.For(Question([10], [(1, 6), (9, 6)]));
        Assert.Equal([null, 0], plan.Host);
        Assert.Equal("none of the 1 hosts that it may use has room for it", plan.Waiting[0]);
    }

    [Fact]
    public void Machines_go_where_most_is_left() =>
        Assert.Equal([1, 2], RestartPlanner.For(Question([3, 10, 8], [(1, 3), (1, 2)])).Host);

    [Fact]
    public void Machines_that_stay_apart_avoid_each_other_and_the_running_ones()
    {
        var question = Question([10, 10, 10], [(1, 1), (1, 1)]) with { Apart = [new([0, 1], [1])] };
        Assert.Equal([0, 2], RestartPlanner.For(question).Host.Order());
        var tight = question with { Free = question.Free.RemoveAt(2) };
        Assert.Equal("2 hosts have room for it, and each has a machine that it must stay apart from", Assert.Single(RestartPlanner.For(tight).Waiting).Value);
    }

    [Fact]
    public void A_set_stays_within_one_part_and_takes_one_that_holds_all_of_it()
    {
        var question = Question([9, 7, 7], [(1, 6), (1, 6)]) with { Among = [new([0, 1], [[0], [1, 2]])] };
        Assert.Equal([1, 2], RestartPlanner.For(question).Host.Order());
    }

    [Fact]
    public void A_machine_of_the_same_plan_is_pushed_aside_when_that_makes_room()
    {
        // The first, of higher priority, prefers host 0, the only one that the second may use.
        var question = Question([10, 9], [(5, 4), (1, 8)]) with { Among = [new([1], [[0]])] };
        var plan = RestartPlanner.For(question);
        Assert.Equal([1, 0], plan.Host);
        Assert.Empty(plan.Waiting);
    }

    [Fact]
    public void Room_is_never_given_twice()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            var question = Question([.. Enumerable.Range(0, 6).Select(_ => (double)random.Next(5, 20))], [.. Enumerable.Range(0, 15).Select(_ => (random.Next(3), (double)random.Next(1, 9)))]);
            question = question with { Apart = [new([0, 1, 2], [3])], Among = [new([4, 5, 6], [[0, 1, 2], [3, 4, 5]])] };
            var plan = RestartPlanner.For(question);
            for (var h = 0; h < 6; h++)
            {
                Assert.True(plan.Host.Select((host, m) => host == h ? question.Machines[m].Demand[0] : 0).Sum() <= question.Free[h][0]);
            }

            Assert.Equal(plan.Host.Count(h => h is null), plan.Waiting.Count);
            var apart = plan.Host.Take(3).OfType<int>().Append(3).ToList();
            Assert.Equal(apart.Count, apart.Distinct().Count());
            Assert.InRange(plan.Host.Skip(4).Take(3).OfType<int>().Select(h => h / 3).Distinct().Count(), 0, 1);
        }
    }

    private static RestartQuestion Question(double[] free, (int Priority, double Demand)[] machines) => new(
        [.. free.Select(f => ImmutableArray.Create(f))], [.. machines.Select(m => new RestartMachine(m.Priority, [m.Demand]))], [], []);
}
