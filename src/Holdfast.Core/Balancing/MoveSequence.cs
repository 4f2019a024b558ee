using System.Collections.Immutable;
using Holdfast.Core.Balancing.Model;

namespace Holdfast.Core.Balancing;

/// <param name="Waves">Machines that may move at the same time; a wave starts when the one before it has ended.</param>
/// <param name="Stuck">Machines whose target gets no room in any order: they stay.</param>
public sealed record MoveWaves(ImmutableArray<ImmutableArray<int>> Waves, ImmutableArray<int> Stuck);

/// <summary>Puts the moves to a target assignment in an order in which no host is ever over its hard capacity, counting a machine on the move on both of its hosts,
/// and no machine comes to a host that one of its group has not left yet.</summary>
public static class MoveSequence
{
    /// <param name="atOnce">Moves that may run at the same time.</param>
    public static MoveWaves For(AssignmentProblem problem, ImmutableArray<int> target, int atOnce)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(atOnce, 1);
        var use = AssignmentCost.Use(problem, problem.Home);
        var where = problem.Home.ToArray();
        var groups = Enumerable.Range(0, target.Length).ToLookup(m => problem.Machines[m].Group);
        bool IsFreeOfGroup(int machine) =>
            problem.Machines[machine].Group < 0 || groups[problem.Machines[machine].Group].All(other => other == machine || where[other] != target[machine]);
        var open = Enumerable.Range(0, target.Length).Where(m => target[m] != problem.Home[m]).ToList();
        var waves = ImmutableArray.CreateBuilder<ImmutableArray<int>>();
        while (open.Count > 0)
        {
            var wave = ImmutableArray.CreateBuilder<int>();
            foreach (var machine in open)
            {
                if (wave.Count < atOnce && IsFreeOfGroup(machine) && Fits(problem, use, machine, target[machine]))
                {
                    Add(problem, use, machine, target[machine], 1);
                    wave.Add(machine);
                }
            }

            if (wave.Count == 0)
            {
                break;
            }

            foreach (var machine in wave)
            {
                Add(problem, use, machine, problem.Home[machine], -1);
                where[machine] = target[machine];
                open.Remove(machine);
            }

            waves.Add(wave.ToImmutable());
        }

        return new(waves.ToImmutable(), [.. open]);
    }

    private static bool Fits(AssignmentProblem problem, double[][] use, int machine, int host)
    {
        var demand = problem.Machines[machine].Demand;
        for (var r = 0; r < demand.Length; r++)
        {
            if (demand[r] > 0 && use[host][r] + demand[r] > problem.Hosts[host].Capacity[r])
            {
                return false;
            }
        }

        return true;
    }

    private static void Add(AssignmentProblem problem, double[][] use, int machine, int host, double sign)
    {
        for (var r = 0; r < problem.Resources.Length; r++)
        {
            use[host][r] += sign * problem.Machines[machine].Demand[r];
        }
    }
}
