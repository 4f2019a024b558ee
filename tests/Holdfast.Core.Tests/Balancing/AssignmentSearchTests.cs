using CsCheck;
using Holdfast.Core.Balancing;
using Holdfast.Core.Balancing.Model;
using Holdfast.Core.Balancing.Search;

namespace Holdfast.Core.Tests.Balancing;

public sealed class AssignmentSearchTests
{
    private static readonly AnnealingSettings Settings = new(500, 0.5, 0.2);

    [Fact]
    public void The_result_keeps_every_rule_and_has_the_cost_that_is_claimed_and_no_more_than_at_the_start() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            var problem = RandomProblem.From(seed);
            var result = new AssignmentSearch(problem).Anneal(problem.Home, Settings, (ulong)seed, Rounds(4));
            Assert.Empty(AssignmentRules.Broken(problem, result.Assignment));
            Assert.True(AssignmentCost.Of(problem, result.Assignment).Total <= AssignmentCost.Of(problem, problem.Home).Total + 1e-6);
        },
        iter: 60, threads: 1);

    [Fact]
    public void The_same_seed_and_progress_give_the_same_result()
    {
        var problem = RandomProblem.From(7);
        SearchResult Run(ulong seed) => new AssignmentSearch(problem).Anneal(problem.Home, Settings with { Coldest = 400 }, seed, Rounds(3));
        Assert.Equal(Run(5).Assignment, Run(5).Assignment);
        Assert.Equal(Run(5).Cost, Run(5).Cost);
        Assert.Equal(3 * 4096, Run(5).Tried);
    }

    [Fact]
    public void Two_machines_that_fit_only_in_each_others_place_change_places()
    {
        // The two must change places, and neither host has room for both.
        var problem = new AssignmentProblem(
            [new(false, 1), new(false, 1)], [new(0, 0, [10, 10], [9, 2]), new(0, 1, [10, 10], [2, 9])], [],
            [new(-1, [2, 9], 1), new(-1, [9, 2], 1)], [0, 1]);
        var result = new AssignmentSearch(problem).Anneal(problem.Home, new(10, 0.1, 0.1), 1, Rounds(2));
        Assert.Equal([1, 0], result.Assignment);
        Assert.Equal(2, result.Cost);
    }

    [Fact]
    public void Relief_keeps_the_rules_stays_within_its_limit_and_lowers_the_cost_by_the_margin_each_time() => Gen.Int[0, 1_000_000].Sample(
        seed =>
        {
            var problem = RandomProblem.From(seed);
            var result = new AssignmentSearch(problem).Relieve(problem.Home, 20, 5, () => false);
            var moved = result.Assignment.Where((host, m) => host != problem.Home[m]).Count();
            Assert.Empty(AssignmentRules.Broken(problem, result.Assignment));
            Assert.InRange(moved, 0, 6);
            Assert.True(AssignmentCost.Of(problem, result.Assignment).Total <= AssignmentCost.Of(problem, problem.Home).Total - (20 * Math.Min(1, moved)) + 1e-6);
        },
        iter: 60, threads: 1);

    /// <summary>Progress by count: no clock, so that a run can be repeated.</summary>
    private static Func<double> Rounds(int count)
    {
        var done = 0;
        return () => (double)done++ / count;
    }
}
