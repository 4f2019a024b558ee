using System.Collections.Immutable;

namespace Holdfast.Core.Balancing.Model;

/// <summary>The cost of one assignment by its parts, computed from scratch: slow, plain, and what the search's increments are tested against.</summary>
public sealed record AssignmentCost(double Load, double Evenness, double Balance, double Moves, double LargestGroup)
{
    public double Total => Load + Evenness + Balance + Moves + LargestGroup;

    public static AssignmentCost Of(AssignmentProblem problem, ImmutableArray<int> assignment)
    {
        var use = Use(problem, assignment);
        double load = 0, evenness = 0, balance = 0;
        for (var h = 0; h < problem.Hosts.Length; h++)
        {
            var host = problem.Hosts[h];
            for (var r = 0; r < problem.Resources.Length; r++)
            {
                var share = host.Capacity[r] > 0 ? use[h][r] / host.Capacity[r] : 0;
                load += problem.Resources[r].LoadWeight * Math.Max(0, use[h][r] - host.Safety[r]);
                evenness += problem.Resources[r].Evenness * share * share;
            }

            double Free(int r) => host.Capacity[r] - use[h][r];
            balance += problem.Balances.Sum(b => b.Weight * Math.Max(0, (b.Target * Free(b.First)) - Free(b.Second)));
        }

        return new(load, evenness, balance, MovePrice(problem, assignment), LargestGroupPrice(problem, assignment));
    }

    /// <summary>Use by host and resource, without what moving machines hold on their homes.</summary>
    internal static double[][] Use(AssignmentProblem problem, ImmutableArray<int> assignment)
    {
        var use = problem.Hosts.Select(_ => new double[problem.Resources.Length]).ToArray();
        for (var m = 0; m < assignment.Length; m++)
        {
            for (var r = 0; r < problem.Resources.Length; r++)
            {
                use[assignment[m]][r] += problem.Machines[m].Demand[r];
            }
        }

        return use;
    }

    private static double MovePrice(AssignmentProblem problem, ImmutableArray<int> assignment)
    {
        double price = 0;
        for (var m = 0; m < assignment.Length; m++)
        {
            if (assignment[m] != problem.Home[m])
            {
                price += problem.Machines[m].MovePrice;
            }

            if (problem.PairPrices is { } pairs)
            {
                price += pairs.Levels[pairs.LevelOfPair[(problem.Home[m] * problem.Hosts.Length) + assignment[m]]];
            }
        }

        return price;
    }

    private static double LargestGroupPrice(AssignmentProblem problem, ImmutableArray<int> assignment)
    {
        var moved = Enumerable.Range(0, assignment.Length).Where(m => assignment[m] != problem.Home[m]).GroupBy(m => problem.Machines[m].Group is >= 0 and var group ? group : -1 - m);
        return problem.LargestGroupPrice * moved.Select(g => g.Count()).DefaultIfEmpty(0).Max();
    }
}
