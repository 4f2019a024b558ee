using System.Globalization;

namespace Holdfast.Bench.Balancing;

/// <summary>A week of a managed-hosting provider's machines on 32 simulated hosts, under several policies.</summary>
internal sealed class TraceBench(string path)
{
    private const int Hosts = 32;

    /// <summary>A host's memory beside its largest machine's: one machine of the trace has an eighth of all memory.</summary>
    private const double MemoryOfLargest = 1.1;

    /// <summary>CPU such that the week's busiest slot needs this share of all hosts: enough for everybody, if it is well spread.</summary>
    private const double PeakShare = 0.7;

    public static TraceBench From(string[] args) => new(new Options(args, "bench/trace FILE").AtMost(1).Word(0, "the trace"));

    public void Run()
    {
        var trace = Trace.Read(path);
        var (mhz, memory) = (trace.UseMHz.Max(slot => slot.Sum()) / Hosts / PeakShare, trace.MemoryMiB.Max() * MemoryOfLargest);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{trace.Machines} machines, {trace.Slots} slots of 5 minutes, {Hosts} hosts of {mhz / 1000:0.0} GHz and {memory / 1024:0} GiB"));
        Console.WriteLine($"{"policy",-28} {"contention h",13} {"missed GHz·h",13} {"migrations",11} {"ping-pongs",11}");
        (string Name, Func<Trace, Action<TraceCluster, int>> Policy)[] policies =
        [
            ("none", TracePolicies.None), ("threshold 80 %", TracePolicies.Above80), ("standard-deviation greedy", TracePolicies.Deviation), ("Holdfast", TracePolicies.Ours),
        ];
        foreach (var (name, policy) in policies)
        {
            var cluster = Replay(trace, new TraceCluster(trace, Hosts, mhz, memory), policy(trace));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{name,-28} {cluster.ContentionHours,13:0.0} {cluster.MissedGHzHours,13:0.0} {cluster.Migrations,11} {cluster.PingPongs,11}"));
        }
    }

    private static TraceCluster Replay(Trace trace, TraceCluster cluster, Action<TraceCluster, int> policy)
    {
        for (var slot = 0; slot < trace.Slots; slot++)
        {
            cluster.Count(slot);
            policy(cluster, slot);
        }

        return cluster;
    }
}
