using System.Collections.Immutable;

namespace Holdfast.Core.Balancing.Model;

/// <summary>The hard rules, checked from scratch.</summary>
public static class AssignmentRules
{
    /// <summary>One sentence for each broken rule; none: the assignment may be used.</summary>
    public static IEnumerable<string> Broken(AssignmentProblem problem, ImmutableArray<int> assignment) =>
        Capacity(problem, assignment).Concat(Allowed(problem, assignment)).Concat(GroupRules(problem, assignment));

    private static IEnumerable<string> Capacity(AssignmentProblem problem, ImmutableArray<int> assignment)
    {
        var use = AssignmentCost.Use(problem, assignment);
        for (var m = 0; m < assignment.Length; m++)
        {
            for (var r = 0; r < problem.Resources.Length && assignment[m] != problem.Home[m]; r++)
            {
                use[problem.Home[m]][r] += problem.Resources[r].Transient ? problem.Machines[m].Demand[r] : 0;
            }
        }

        for (var h = 0; h < problem.Hosts.Length; h++)
        {
            for (var r = 0; r < problem.Resources.Length; r++)
            {
                if (use[h][r] > problem.Hosts[h].Capacity[r])
                {
                    yield return $"Host {h} would hold {use[h][r]} of resource {r} and has {problem.Hosts[h].Capacity[r]}.";
                }
            }
        }
    }

    private static IEnumerable<string> Allowed(AssignmentProblem problem, ImmutableArray<int> assignment) =>
        from m in Enumerable.Range(0, assignment.Length)
        let machine = problem.Machines[m]
        where assignment[m] != problem.Home[m] && (machine.Fixed || (machine.Allowed >= 0 && !problem.HostSets[machine.Allowed].Contains(assignment[m])))
        select $"Machine {m} may not be on host {assignment[m]}.";

    private static IEnumerable<string> GroupRules(AssignmentProblem problem, ImmutableArray<int> assignment)
    {
        var members = Enumerable.Range(0, assignment.Length).ToLookup(m => problem.Machines[m].Group);
        var reach = problem.Groups.Select((_, g) => members[g].Select(m => problem.Hosts[assignment[m]].Neighbourhood).ToHashSet()).ToArray();
        for (var g = 0; g < problem.Groups.Length; g++)
        {
            var hosts = members[g].Select(m => assignment[m]).ToList();
            if (hosts.Distinct().Count() < hosts.Count)
            {
                yield return $"Two machines of group {g} share a host.";
            }

            if (hosts.Select(h => problem.Hosts[h].Location).Distinct().Count() < problem.Groups[g].SpreadMinimum)
            {
                yield return $"Group {g} is in fewer than {problem.Groups[g].SpreadMinimum} locations.";
            }

            foreach (var needed in problem.Groups[g].DependsOn.Where(needed => !reach[g].IsSubsetOf(reach[needed])))
            {
                yield return $"Group {g} has a machine without one of group {needed} near.";
            }
        }
    }
}
