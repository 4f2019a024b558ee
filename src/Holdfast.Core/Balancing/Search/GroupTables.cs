using Holdfast.Core.Balancing.Model;

namespace Holdfast.Core.Balancing.Search;

/// <summary>The groups as flat arrays; a machine without a group gets one of its own.</summary>
internal sealed class GroupTables
{
    public GroupTables(AssignmentProblem problem, int[] original)
    {
        var named = problem.Groups.Length;
        Of = new int[original.Length];
        var count = named;
        for (var m = 0; m < original.Length; m++)
        {
            var group = problem.Machines[original[m]].Group;
            Of[m] = group >= 0 ? group : count++;
        }

        Count = count;
        First = new int[count + 1];
        foreach (var group in Of)
        {
            First[group + 1]++;
        }

        for (var g = 0; g < count; g++)
        {
            First[g + 1] += First[g];
        }

        SpreadMinimum = [.. problem.Groups.Select(g => g.SpreadMinimum), .. Enumerable.Repeat(0, count - named)];
        Needs = [.. problem.Groups.Select(g => g.DependsOn.Distinct().ToArray()), .. Enumerable.Repeat(Array.Empty<int>(), count - named)];
        NeededBy = Reverse(Needs);
        HasRules = [.. Enumerable.Range(0, count).Select(g => SpreadMinimum[g] > 1 || Needs[g].Length + NeededBy[g].Length > 0)];
    }

    public int Count { get; }

    /// <summary>The group of each machine.</summary>
    public int[] Of { get; }

    /// <summary>The first member of each group; its members are the machines from there to the next group's first.</summary>
    public int[] First { get; }

    public int[] SpreadMinimum { get; }

    public int[][] Needs { get; }

    public int[][] NeededBy { get; }

    /// <summary>Spread or dependency: what the many plain machines need not be asked about.</summary>
    public bool[] HasRules { get; }

    private static int[][] Reverse(int[][] needs)
    {
        var by = needs.Select(_ => new List<int>()).ToArray();
        for (var g = 0; g < needs.Length; g++)
        {
            foreach (var needed in needs[g])
            {
                by[needed].Add(g);
            }
        }

        return [.. by.Select(list => list.ToArray())];
    }
}
