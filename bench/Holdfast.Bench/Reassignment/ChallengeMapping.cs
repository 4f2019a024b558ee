using System.Collections.Immutable;
using Holdfast.Core.Balancing.Model;

namespace Holdfast.Bench.Reassignment;

/// <summary>The challenge's model as a question to the balancer's search engine: its machines are hosts, its processes machines, its services groups.</summary>
internal static class ChallengeMapping
{
    public static AssignmentProblem Problem(ChallengeModel model, int[] initial)
    {
        var w = model.Weights;
        return new(
            [.. model.Transient.Zip(model.LoadWeight, (transient, weight) => new ResourceKind(transient, weight))],
            [.. Enumerable.Range(0, model.Machines).Select(m => new HostCapacity(model.Neighbourhood[m], model.Location[m], Amounts(model.Capacity[m]), Amounts(model.Safety[m])))],
            [.. model.SpreadMinimum.Zip(model.DependsOn, (spread, needs) => new MachineGroup(spread, [.. needs]))],
            [.. Enumerable.Range(0, model.Processes).Select(p => new MachineDemand(model.Service[p], Amounts(model.Requirement[p]), (double)w[0] * model.ProcessMoveCost[p]))],
            [.. initial])
        {
            Balances = [.. model.Balances.Select(b => new BalanceTarget(b.First, b.Second, b.Target, b.Weight))],
            PairPrices = Prices(model),
            LargestGroupPrice = w[1],
        };
    }

    private static ImmutableArray<double> Amounts(int[] row) => [.. row.Select(amount => (double)amount)];

    private static PairPrices Prices(ChallengeModel model)
    {
        var levels = model.MoveCost.SelectMany(row => row).Distinct().Order().ToArray();
        return levels.Length > 256
            ? throw new BenchException($"The model has {levels.Length} different machine move costs; the engine knows 256.")
            : new([.. levels.Select(level => (double)level * model.Weights[2])], [.. model.MoveCost.SelectMany(row => row).Select(cost => (byte)Array.BinarySearch(levels, cost))]);
    }
}
