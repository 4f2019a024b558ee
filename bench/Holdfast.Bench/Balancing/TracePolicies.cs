using Holdfast.Core.Balancing;
using Holdfast.Core.Timing;

namespace Holdfast.Bench.Balancing;

/// <summary>The policies that are replayed on the trace. Each sees the use of the slot that has just ended and moves before the next one.</summary>
internal static class TracePolicies
{
    private const double Threshold = 0.8;

    /// <summary>As large as <see cref="BalancerSettings.MovesPerRound"/>: as many migrations per round for everybody.</summary>
    private static readonly int MovesPerRound = BalancerSettings.Default.MovesPerRound;

    public static Action<TraceCluster, int> None(Trace trace) => (_, _) => { };

    /// <summary>Over 80 %: the largest machine that fits goes to the least loaded host, until the host is below.</summary>
    public static Action<TraceCluster, int> Above80(Trace trace) => (cluster, slot) =>
    {
        var load = cluster.Load(slot);
        var moves = 0;
        foreach (var hot in Enumerable.Range(0, cluster.Hosts).OrderByDescending(h => load[h]).ToList())
        {
            foreach (var machine in Enumerable.Range(0, trace.Machines).Where(m => cluster.HostOf[m] == hot).OrderByDescending(m => trace.UseMHz[slot][m]).ToList())
            {
                var use = trace.UseMHz[slot][machine];
                var target = Enumerable.Range(0, cluster.Hosts).Where(h => h != hot && cluster.MemoryLeft[h] >= trace.MemoryMiB[machine]).OrderBy(h => load[h]).FirstOrDefault(-1);
                if (load[hot] > Threshold * cluster.HostMHz && moves < MovesPerRound && target >= 0 && load[target] + use < load[hot])
                {
                    cluster.Move(machine, target, slot);
                    load[hot] -= use;
                    load[target] += use;
                    moves++;
                }
            }
        }
    };

    /// <summary>Always the move that lowers the standard deviation of the hosts' loads most, while it lowers it by one per cent of itself.</summary>
    public static Action<TraceCluster, int> Deviation(Trace trace) => (cluster, slot) =>
    {
        var load = cluster.Load(slot);
        for (var moves = 0; moves < MovesPerRound; moves++)
        {
            var mean = load.Average();
            var spread = load.Sum(l => (l - mean) * (l - mean));
            (double Gain, int Machine, int To) best = (spread * 0.02, -1, -1);
            for (var machine = 0; machine < trace.Machines; machine++)
            {
                double from = load[cluster.HostOf[machine]], use = trace.UseMHz[slot][machine];
                for (var to = 0; to < cluster.Hosts; to++)
                {
                    var gain = 2 * use * (from - load[to] - use);
                    if (gain > best.Gain && to != cluster.HostOf[machine] && cluster.MemoryLeft[to] >= trace.MemoryMiB[machine])
                    {
                        best = (gain, machine, to);
                    }
                }
            }

            if (best.Machine < 0)
            {
                return;
            }

            load[cluster.HostOf[best.Machine]] -= trace.UseMHz[slot][best.Machine];
            load[best.To] += trace.UseMHz[slot][best.Machine];
            cluster.Move(best.Machine, best.To, slot);
        }
    };

    /// <summary>Holdfast's balancer, with a forecast that follows a rise at once and a fall slowly.</summary>
    public static Action<TraceCluster, int> Ours(Trace trace)
    {
        var memory = BalancerMemory.Empty;
        var forecast = new UseForecast(trace.Machines);
        var hold = BalancerSettings.Default;
        return (cluster, slot) =>
        {
            forecast.Take(trace.UseMHz[slot]);
            var view = new BalancerView(
                [.. Enumerable.Range(0, cluster.Hosts).Select(h => new HostUse(h, cluster.HostMHz, cluster.HostMiB))],
                [.. Enumerable.Range(0, trace.Machines).Select(m => new MachineUse(new Guid(m, 0, 0, new byte[8]), cluster.HostOf[m], forecast[m], trace.MemoryMiB[m]))]);
            var round = Balancer.Round(Moment.At(TimeSpan.FromHours(slot * Trace.SlotHours)), view, hold, memory, () => false);
            memory = round.Memory;
            foreach (var move in round.Moves.SelectMany(wave => wave))
            {
                cluster.Move(BitConverter.ToInt32(move.Machine.ToByteArray()), move.To, slot);
            }
        };
    }
}
