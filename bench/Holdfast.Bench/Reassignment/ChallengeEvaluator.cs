namespace Holdfast.Bench.Reassignment;

/// <summary>
/// Checks an answer and computes its cost straight from the challenge's definition. It shares nothing with the solver's model, so that a mistake there is seen here.
/// </summary>
internal static class ChallengeEvaluator
{
    /// <summary>The cost of a feasible assignment; a broken rule is one sentence.</summary>
    public static long Cost(ChallengeModel model, int[] initial, int[] final)
    {
        long[,] use = new long[model.Machines, model.Resources], held = new long[model.Machines, model.Resources];
        for (var p = 0; p < model.Processes; p++)
        {
            for (var r = 0; r < model.Resources; r++)
            {
                use[final[p], r] += model.Requirement[p][r];
                held[final[p], r] += model.Requirement[p][r];
                if (model.Transient[r] && final[p] != initial[p])
                {
                    held[initial[p], r] += model.Requirement[p][r];
                }
            }
        }

        CheckCapacity(model, held);
        CheckServices(model, final);
        return LoadCost(model, use) + BalanceCost(model, use) + MoveCost(model, initial, final);
    }

    /// <summary>No assignment costs less: total use above total safety, and the balance of the totals.</summary>
    public static long LowerBound(ChallengeModel model)
    {
        long Total(int[][] rows, int r) => rows.Sum(row => (long)row[r]);
        var load = Enumerable.Range(0, model.Resources).Sum(r => model.LoadWeight[r] * Math.Max(0, Total(model.Requirement, r) - Total(model.Safety, r)));
        long Free(int r) => Total(model.Capacity, r) - Total(model.Requirement, r);
        return load + model.Balances.Sum(b => b.Weight * Math.Max(0, (b.Target * Free(b.First)) - Free(b.Second)));
    }

    private static void CheckCapacity(ChallengeModel model, long[,] held)
    {
        for (var m = 0; m < model.Machines; m++)
        {
            for (var r = 0; r < model.Resources; r++)
            {
                if (held[m, r] > model.Capacity[m][r])
                {
                    throw new BenchException($"The assignment is not feasible: machine {m} holds {held[m, r]} of resource {r} and has {model.Capacity[m][r]}.");
                }
            }
        }
    }

    private static void CheckServices(ChallengeModel model, int[] final)
    {
        var machines = model.SpreadMinimum.Select(_ => new List<int>()).ToArray();
        for (var p = 0; p < model.Processes; p++)
        {
            machines[model.Service[p]].Add(final[p]);
        }

        var near = machines.Select(list => list.Select(m => model.Neighbourhood[m]).ToHashSet()).ToArray();
        for (var s = 0; s < machines.Length; s++)
        {
            if (machines[s].Count != machines[s].Distinct().Count())
            {
                throw new BenchException($"The assignment is not feasible: two processes of service {s} are on one machine.");
            }

            if (machines[s].Select(m => model.Location[m]).Distinct().Count() < model.SpreadMinimum[s])
            {
                throw new BenchException($"The assignment is not feasible: service {s} is in fewer than {model.SpreadMinimum[s]} locations.");
            }

            foreach (var needed in model.DependsOn[s])
            {
                if (near[s].Any(n => !near[needed].Contains(n)))
                {
                    throw new BenchException($"The assignment is not feasible: service {s} is in a neighbourhood without service {needed}.");
                }
            }
        }
    }

    private static long LoadCost(ChallengeModel model, long[,] use)
    {
        long cost = 0;
        for (var m = 0; m < model.Machines; m++)
        {
            for (var r = 0; r < model.Resources; r++)
            {
                cost += model.LoadWeight[r] * Math.Max(0, use[m, r] - model.Safety[m][r]);
            }
        }

        return cost;
    }

    private static long BalanceCost(ChallengeModel model, long[,] use)
    {
        long cost = 0;
        for (var m = 0; m < model.Machines; m++)
        {
            foreach (var (first, second, target, weight) in model.Balances)
            {
                cost += weight * Math.Max(0, (target * (model.Capacity[m][first] - use[m, first])) - (model.Capacity[m][second] - use[m, second]));
            }
        }

        return cost;
    }

    private static long MoveCost(ChallengeModel model, int[] initial, int[] final)
    {
        long processes = 0, machines = 0;
        var moved = new int[model.SpreadMinimum.Length];
        for (var p = 0; p < model.Processes; p++)
        {
            machines += model.MoveCost[initial[p]][final[p]];
            if (initial[p] != final[p])
            {
                processes += model.ProcessMoveCost[p];
                moved[model.Service[p]]++;
            }
        }

        return (model.Weights[0] * processes) + (model.Weights[1] * (long)moved.DefaultIfEmpty(0).Max()) + (model.Weights[2] * machines);
    }
}
