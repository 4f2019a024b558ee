using System.Diagnostics;
using System.Globalization;
using Holdfast.Core.Topology;

namespace Holdfast.Bench.Topology;

/// <summary>How long it takes to take every single component away from a fleet.</summary>
internal sealed class SpofBench(int hosts, int machines)
{
    /// <summary>What issue 9 asks for.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static SpofBench From(string[] args)
    {
        var options = new Options(args, "bench/spof [--hosts N] [--machines N]", "--hosts", "--machines").AtMost(0);
        return new(options.Number("--hosts", 1, 10_000, 1_000), options.Number("--machines", 0, 200_000, 20_000));
    }

    public void Run()
    {
        var watch = Stopwatch.StartNew();
        var fleet = Fleet.Of(hosts, machines);
        var built = watch.Elapsed;
        var singles = new FailureAudit(fleet).Singles();
        var took = watch.Elapsed - built;
        foreach (var worst in singles.Take(10))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{string.Join(" + ", worst.Components),-28} lost {worst.Lost,6}   restarted {worst.Restarted,6}   moved {worst.Moved,6}   redundancy lost {worst.RedundancyLost,6}"));
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"hosts {hosts}   machines {machines}   clusters {fleet.Count}   components {singles.Length}   layout {built.TotalSeconds:0.0} s   audit {took.TotalSeconds:0.0} s   {took.TotalMilliseconds / singles.Length:0.0} ms a component"));
        if (took > Limit)
        {
            throw new BenchException($"The audit took {took.TotalSeconds:0.0} s, longer than {Limit.TotalSeconds:0} s.");
        }
    }
}
