using System.Collections.Immutable;
using Holdfast.Core.Balancing.Model;

namespace Holdfast.Core.Balancing.Search;

/// <summary>
/// The problem as flat arrays. Machines are renumbered so that the members of a group follow one another: whether a group has a machine on a host is then one
/// vectorised look through a few neighbouring integers, without a table of groups times hosts.
/// </summary>
internal sealed class ProblemTables
{
    public ProblemTables(AssignmentProblem problem)
    {
        Problem = problem;
        Hosts = problem.Hosts.Length;
        Machines = problem.Machines.Length;
        Width = Lanes.Padded(problem.Resources.Length);
        Original = [.. Enumerable.Range(0, Machines).OrderBy(m => problem.Machines[m].Group < 0).ThenBy(m => problem.Machines[m].Group).ThenBy(m => m)];
        Home = Select(m => problem.Home[m]);
        MovePrice = Select(m => problem.Machines[m].MovePrice);
        Demand = Flat(Select(m => problem.Machines[m].Demand));
        LoadWeight = Flat([[.. problem.Resources.Select(r => r.LoadWeight)]]);
        TransientMask = Flat([[.. problem.Resources.Select(r => r.Transient ? BitConverter.UInt64BitsToDouble(ulong.MaxValue) : 0)]]);
        HasEvenness = problem.Resources.Any(r => r.Evenness != 0);
        Neighbourhood = [.. problem.Hosts.Select(h => h.Neighbourhood)];
        Location = [.. problem.Hosts.Select(h => h.Location)];
        Neighbourhoods = Neighbourhood.DefaultIfEmpty(0).Max() + 1;
        Locations = Location.DefaultIfEmpty(0).Max() + 1;
        Groups = new GroupTables(problem, Original);
        Allowed = AllowedHosts(problem);
        Fixed = Select(m => problem.Machines[m].Fixed);
        PairLevel = problem.PairPrices?.LevelOfPair.ToArray();
        PairPrice = problem.PairPrices?.Levels.ToArray() ?? [];
        Balances = [.. problem.Balances];
    }

    public AssignmentProblem Problem { get; }

    public int Hosts { get; }

    public int Machines { get; }

    /// <summary>Resources, padded to whole vectors.</summary>
    public int Width { get; }

    /// <summary>The problem's index of each of our machines.</summary>
    public int[] Original { get; }

    public int[] Home { get; }

    public double[] MovePrice { get; }

    /// <summary>Machines × <see cref="Width"/>.</summary>
    public double[] Demand { get; }

    public double[] LoadWeight { get; }

    /// <summary>All bits set where a resource is transient.</summary>
    public double[] TransientMask { get; }

    public bool HasEvenness { get; }

    public int[] Neighbourhood { get; }

    public int[] Location { get; }

    public int Neighbourhoods { get; }

    public int Locations { get; }

    public GroupTables Groups { get; }

    /// <summary>By machine: null for every host, else a flag by host. Machines with the same set share the array.</summary>
    public bool[]?[]? Allowed { get; }

    public bool[] Fixed { get; }

    public byte[]? PairLevel { get; }

    public double[] PairPrice { get; }

    public BalanceTarget[] Balances { get; }

    /// <summary>No host's cost falls when a machine enters it: then a machine whose leaving gains nothing need not be tried anywhere.</summary>
    public bool EnteringNeverPays => Balances.Length == 0;

    public int[] ToOurs(ImmutableArray<int> assignment) => Select(m => assignment[m]);

    public ImmutableArray<int> ToProblem(int[] ours)
    {
        var assignment = new int[Machines];
        for (var m = 0; m < Machines; m++)
        {
            assignment[Original[m]] = ours[m];
        }

        return [.. assignment];
    }

    private T[] Select<T>(Func<int, T> value) => [.. Original.Select(value)];

    private double[] Flat(ImmutableArray<double>[] rows)
    {
        var flat = new double[rows.Length * Width];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].AsSpan().CopyTo(flat.AsSpan(i * Width));
        }

        return flat;
    }

    private bool[]?[]? AllowedHosts(AssignmentProblem problem)
    {
        if (problem.HostSets.IsEmpty)
        {
            return null;
        }

        var sets = problem.HostSets.Select(set => Enumerable.Range(0, Hosts).Select(set.Contains).ToArray()).ToArray();
        return Select(m => problem.Machines[m].Allowed is >= 0 and var set ? sets[set] : null);
    }
}
