using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Bench.Balancing;

/// <summary>hbal and our engine on the same clusters, scored by hbal.</summary>
internal sealed class HbalBench(int limitSeconds, int largest)
{
    private static readonly int[] Sizes = [20, 40, 64, 100, 200, 500, 1000];

    public static HbalBench From(string[] args)
    {
        var options = new Options(args, "bench/hbal [--limit SECONDS] [--largest HOSTS]", "--limit", "--largest").AtMost(0);
        return new(options.Number("--limit", 1, 3600, 60), options.Number("--largest", 20, 1000, 1000));
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        EvenCluster.Balance(GanetiCluster.Generate(20, 1), TimeSpan.FromSeconds(1));
        Console.WriteLine($"{"hosts",6} {"machines",9} {"score before",13} | {"hbal: score",12} {"moves",6} {"seconds",8}     | {"Holdfast: score",16} {"moves",6} {"seconds",8} | time ratio");
        foreach (var size in Sizes.Where(s => s <= largest))
        {
            var cluster = GanetiCluster.Generate(size, size);
            using var hbal = new Hbal(cluster);
            var theirs = await hbal.BalanceAsync(limitSeconds, cancel);
            var watch = Stopwatch.StartNew();
            var ours = EvenCluster.Balance(cluster, TimeSpan.FromSeconds(theirs.Seconds / 120));
            var seconds = watch.Elapsed.TotalSeconds;
            var (before, theirScore, ourScore) = (await hbal.ScoreAsync(cluster.Start, cancel), await hbal.ScoreAsync(theirs.Assignment, cancel), await hbal.ScoreAsync(ours.Assignment, cancel));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{size,6} {cluster.Machines.Length,9} {before,13:0.000} | {theirScore,12:0.000} {theirs.Moves,6} {theirs.Seconds,8:0.00} {(theirs.Cut ? "cut" : "   ")} | {ourScore,16:0.000} {ours.Moves,6} {seconds,8:0.000} | {theirs.Seconds / seconds:0}"));
        }
    }
}
