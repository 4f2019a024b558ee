using System.Collections.Immutable;
using System.Diagnostics;
using Holdfast.Core.Balancing;
using Holdfast.Core.Balancing.Model;
using Holdfast.Core.Balancing.Search;

namespace Holdfast.Bench.Balancing;

/// <summary>
/// hbal's aim as a question to the search engine. Its score is a sum of standard deviations over the hosts: of the number of machines (four times, as its default load), of the free memory's share
/// and of the ratio of virtual to physical CPUs. A sum of squares with the slope of a standard deviation near the end has its smallest value at the same place.
/// </summary>
internal static class EvenCluster
{
    /// <summary>Cost units for one point of hbal's score.</summary>
    private const double Point = 1000;

    /// <summary>Standard deviations that are usual when a cluster is balanced, where the squares are given the slope of the root.</summary>
    private const double UsualMemory = 0.05;
    private const double UsualCpu = 0.1;

    /// <summary>Twice what hbal asks a step to gain (0.01), so that no more machines move.</summary>
    private const double MovePrice = 0.02 * Point;

    /// <summary>CPUs and machines have no hard limit here.</summary>
    private const double Oversold = 1e6;

    /// <summary>The assignment, in an order of moves that never overcommits memory, found within a limit.</summary>
    public static (int[] Assignment, int Moves) Balance(GanetiCluster cluster, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        var problem = Problem(cluster);
        var search = new AssignmentSearch(problem);
        var relieved = search.Relieve(problem.Home, 0, int.MaxValue, () => watch.Elapsed > limit / 3);
        var from = watch.Elapsed;
        var result = search.Anneal(relieved.Assignment, new(MovePrice, 0.1, 0.1), 1, () => watch.Elapsed >= limit ? 1 : (watch.Elapsed - from) / (limit - from));
        var waves = MoveSequence.For(problem, result.Assignment, cluster.Machines.Length);
        return waves.Stuck.IsEmpty
            ? ([.. result.Assignment], waves.Waves.Sum(w => w.Length))
            : throw new BenchException($"{waves.Stuck.Length} moves have no feasible order.");
    }

    private static AssignmentProblem Problem(GanetiCluster cluster)
    {
        double Share(double unit) => Oversold / unit * (Oversold / unit);
        double Slope(double usual) => Point / (2 * cluster.Hosts * usual);

        // The score takes the share of all memory, our capacity is without the host system's.
        const double Room = GanetiCluster.HostMemoryMiB - GanetiCluster.SystemMemoryMiB;
        const double Memory = Room / GanetiCluster.HostMemoryMiB;
        return new(
            [new(true, 0, Slope(UsualMemory) * Memory * Memory), new(false, 0, Slope(UsualCpu) * Share(GanetiCluster.Cores)), new(false, 0, 10 * MovePrice * Share(1))],
            [.. Enumerable.Range(0, cluster.Hosts).Select(h => new HostCapacity(0, h, [Room, Oversold, Oversold], [0, 0, 0]))],
            [],
            [.. cluster.Machines.Select(m => new MachineDemand(-1, [m.Memory, m.Cpus, 1], MovePrice))],
            [.. cluster.Start]);
    }
}
