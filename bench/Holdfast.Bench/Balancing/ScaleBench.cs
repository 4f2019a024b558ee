using System.Diagnostics;
using System.Globalization;
using Holdfast.Core.Balancing;
using Holdfast.Core.Timing;

namespace Holdfast.Bench.Balancing;

/// <summary>How long one balancing round takes from a view of the cluster to its sequence of moves, from small clusters to large ones.</summary>
internal sealed class ScaleBench
{
    private const int Rounds = 5;
    private static readonly (int Hosts, int Machines, double GoalSeconds)[] Sizes =
    [
        (16, 750, 0), (64, 3000, 0.1), (250, 5000, 0), (500, 10000, 0), (1000, 15000, 0), (2500, 20000, 0), (5000, 30000, 5),
    ];

    public static ScaleBench From(string[] args)
    {
        _ = new Options(args, "bench/scale").AtMost(0);
        return new();
    }

    public void Run()
    {
        // The balancer lives in a daemon: its code is compiled long before the round that counts.
        Measure(250, 5000);
        Console.WriteLine($"{"hosts",6} {"machines",9} {"hot before",11} {"hot after",10} {"moves",6} {"waves",6} {"median ms",10} {"max ms",8}  goal");
        foreach (var (hosts, machines, goal) in Sizes)
        {
            var (before, after, moves, waves, times) = Measure(hosts, machines);
            var verdict = goal == 0 ? "" : $"< {goal * 1000:0} ms: {(times.Largest < goal * 1000 ? "met" : "NOT met")}";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hosts,6} {machines,9} {before,11} {after,10} {moves,6} {waves,6} {times.Median,10:0.0} {times.Largest,8:0.0}  {verdict}"));
        }
    }

    private static (int Before, int After, int Moves, int Waves, Spread Times) Measure(int hosts, int machines)
    {
        var view = View(hosts, machines, new Random(hosts));
        var settings = BalancerSettings.Default with { Hold = TimeSpan.Zero, MovesPerRound = machines };
        List<double> times = [];
        var round = default(BalanceRound);
        for (var i = 0; i < Rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            round = Balancer.Round(Moment.Zero, view, settings, BalancerMemory.Empty, () => false);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        return (round!.Memory.HotSince.Count, round.StillHot.Length, round.Moves.Sum(w => w.Length), round.Moves.Length, new Spread(times));
    }

    /// <summary>Equal hosts, used at three fifths on average, with machines of 1 to 16 shares put anywhere, so that some hosts are hot.</summary>
    private static BalancerView View(int hosts, int machines, Random random)
    {
        var demand = Enumerable.Range(0, machines).Select(_ => (Cpu: 200 * Math.Pow(2, random.NextDouble() * 4), Memory: 1024.0 * (1 << random.Next(4)))).ToArray();
        var (cpu, memory) = (demand.Sum(d => d.Cpu) / hosts / 0.6, demand.Sum(d => d.Memory) / hosts / 0.6);
        var left = Enumerable.Repeat(memory, hosts).ToArray();
        var placed = new List<MachineUse>(machines);
        foreach (var (need, size) in demand)
        {
            var slot = random.Next(hosts);
            while (left[slot] < size)
            {
                slot = random.Next(hosts);
            }

            left[slot] -= size;
            placed.Add(new(new Guid(placed.Count, 0, 0, new byte[8]), slot, need, size, placed.Count % 10 < 2 ? placed.Count / 10 : null));
        }

        return new([.. Enumerable.Range(0, hosts).Select(h => new HostUse(h, cpu, memory))], [.. placed]);
    }
}
