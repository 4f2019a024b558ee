using System.Collections.Immutable;
using CsCheck;
using Holdfast.Core.Balancing.Model;
using Holdfast.Core.Balancing.Search;

namespace Holdfast.Core.Tests.Balancing;

public sealed class SearchStateTests
{
    private const long Lives = 120;

    [Fact]
    public void Todays_assignment_of_a_random_problem_keeps_the_rules() =>
        Gen.Int[0, 1_000_000].Sample(seed => Assert.Empty(AssignmentRules.Broken(RandomProblem.From(seed), RandomProblem.From(seed).Home)), iter: Lives, threads: 1);

    [Fact]
    public void A_shift_is_allowed_exactly_when_no_rule_is_broken_and_costs_what_the_full_evaluation_says() => Gen.Int[0, 1_000_000].Sample(
        seed => Walk(seed, (state, random) =>
        {
            int machine = random.Below(state.Tables.Machines), to = random.Below(state.Tables.Hosts);
            if (state.HostOf[machine] == to)
            {
                return;
            }

            var changed = state.HostOf.ToArray();
            changed[machine] = to;
            var allowed = Check(state, changed, state.MayShift(machine, to), state.LeaveChange(machine) + state.EnterChange(machine, to));
            if (allowed)
            {
                state.Shift(machine, to, state.LeaveChange(machine) + state.EnterChange(machine, to));
            }
        }),
        iter: Lives, threads: 1);

    [Fact]
    public void A_swap_is_allowed_exactly_when_no_rule_is_broken_and_costs_what_the_full_evaluation_says() => Gen.Int[0, 1_000_000].Sample(
        seed => Walk(seed, (state, random) =>
        {
            int one = random.Below(state.Tables.Machines), other = random.Below(state.Tables.Machines);
            if (state.HostOf[one] == state.HostOf[other])
            {
                return;
            }

            var changed = state.HostOf.ToArray();
            (changed[one], changed[other]) = (changed[other], changed[one]);
            if (Check(state, changed, state.MaySwap(one, other), state.SwapChange(one, other)))
            {
                state.Swap(one, other, state.SwapChange(one, other));
            }
        }),
        iter: Lives, threads: 1);

    [Fact]
    public void A_host_that_is_overfull_today_takes_nothing_more_and_may_be_relieved()
    {
        var problem = new AssignmentProblem(
            [new(false, 1)], [new(0, 0, [10], [5]), new(0, 1, [10], [5])], [], [new(-1, [8], 0), new(-1, [6], 0), new(-1, [1], 0)], [0, 0, 1]);
        var tables = new ProblemTables(problem);
        var state = new SearchState(tables, tables.ToOurs(problem.Home));
        Assert.False(state.MayShift(2, 0));
        Assert.True(state.MayShift(0, 1));
        Assert.True(state.MaySwap(0, 2));
    }

    private static void Walk(int seed, Action<SearchState, RandomSource> step)
    {
        var problem = RandomProblem.From(seed);
        var tables = new ProblemTables(problem);
        var state = new SearchState(tables, tables.ToOurs(problem.Home));
        var random = new RandomSource((ulong)seed);
        for (var i = 0; i < 150; i++)
        {
            step(state, random);
        }

        Near(AssignmentCost.Of(problem, state.Assignment()).Total - EvennessConstant(problem), state.Cost);
        var incremental = state.Cost;
        state.Refresh();
        Near(state.Cost, incremental);
    }

    private static bool Check(SearchState state, int[] changed, bool allowed, double change)
    {
        var problem = state.Tables.Problem;
        var after = state.Tables.ToProblem(changed);
        Assert.Equal(!AssignmentRules.Broken(problem, after).Any(), allowed);
        Near(AssignmentCost.Of(problem, after).Total - AssignmentCost.Of(problem, state.Assignment()).Total, change);
        return allowed;
    }

    /// <summary>The search leaves out what no move changes: the evenness of a host at its safety capacity.</summary>
    private static double EvennessConstant(AssignmentProblem problem) => problem.Hosts.Sum(h =>
        h.Capacity.Select((capacity, r) => capacity > 0 ? problem.Resources[r].Evenness * Math.Pow(h.Safety[r] / capacity, 2) : 0).Sum());

    private static void Near(double expected, double actual) => Assert.InRange(actual - expected, -1e-6, 1e-6);
}
