namespace Holdfast.Bench.Balancing;

/// <summary>Equal simulated hosts that replay a trace: where the machines are, what that costs, and what was moved.</summary>
internal sealed class TraceCluster
{
    /// <summary>A machine that comes back to the host that it left within this time has been moved for nothing.</summary>
    private static readonly TimeSpan PingPong = TimeSpan.FromHours(2);
    private readonly Trace trace;
    private readonly int[] host;
    private readonly (int Host, int Slot)[] left;
    private readonly double[] memoryLeft;

    public TraceCluster(Trace trace, int hosts, double hostMHz, double hostMiB)
    {
        this.trace = trace;
        HostMHz = hostMHz;
        HostMiB = hostMiB;
        host = new int[trace.Machines];
        left = [.. host.Select(_ => (-1, 0))];
        memoryLeft = [.. Enumerable.Repeat(hostMiB, hosts)];
        PlaceByMemory();
    }

    public double HostMHz { get; }

    public double HostMiB { get; }

    public int Hosts => memoryLeft.Length;

    public IReadOnlyList<int> HostOf => host;

    public IReadOnlyList<double> MemoryLeft => memoryLeft;

    public double ContentionHours { get; private set; }

    /// <summary>CPU that was wanted and not there, in GHz hours.</summary>
    public double MissedGHzHours { get; private set; }

    public int Migrations { get; private set; }

    public int PingPongs { get; private set; }

    public double[] Load(int slot)
    {
        var load = new double[Hosts];
        for (var m = 0; m < host.Length; m++)
        {
            load[host[m]] += trace.UseMHz[slot][m];
        }

        return load;
    }

    public void Count(int slot)
    {
        foreach (var load in Load(slot).Where(load => load > HostMHz))
        {
            ContentionHours += Trace.SlotHours;
            MissedGHzHours += (load - HostMHz) / 1000 * Trace.SlotHours;
        }
    }

    /// <summary>Moves a machine; the target must have room for its memory.</summary>
    public void Move(int machine, int to, int slot)
    {
        if (memoryLeft[to] < trace.MemoryMiB[machine])
        {
            throw new BenchException($"The policy overcommits the memory of host {to} in slot {slot}.");
        }

        memoryLeft[host[machine]] += trace.MemoryMiB[machine];
        memoryLeft[to] -= trace.MemoryMiB[machine];
        Migrations++;
        PingPongs += left[machine].Host == to && (slot - left[machine].Slot) * Trace.SlotHours <= PingPong.TotalHours ? 1 : 0;
        left[machine] = (host[machine], slot);
        host[machine] = to;
    }

    /// <summary>The same start for every policy: the largest memory first, each to the host with the most memory left, as a placement that knows no CPU use does.</summary>
    private void PlaceByMemory()
    {
        foreach (var machine in Enumerable.Range(0, host.Length).OrderByDescending(m => trace.MemoryMiB[m]).ThenBy(m => m))
        {
            var best = Enumerable.Range(0, Hosts).MaxBy(h => memoryLeft[h]);
            host[machine] = best;
            memoryLeft[best] -= trace.MemoryMiB[machine];
        }

        if (memoryLeft.Min() < 0)
        {
            throw new BenchException($"{Hosts} hosts of {HostMiB:0} MiB do not hold the trace's machines.");
        }
    }
}
