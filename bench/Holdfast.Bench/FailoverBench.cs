using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>From the power cut of a host to QEMU's start on another, and to the guest's first count there; with a fence device and without.</summary>
internal sealed class FailoverBench(int runs)
{
    private const string Machine = "bench";
    private const string Lab = "bench-failover";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>A host's start costs the one machine that is the whole lab some seconds of both processors; a cluster that was just started is not what is measured.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(15);

    private readonly Progress<string> progress = new(text => Console.Error.WriteLine(text));

    public async Task RunAsync(CancellationToken cancel)
    {
        foreach (var fence in (bool[])[true, false])
        {
            try
            {
                await LabCluster.Up(new LabOptions { Name = Lab, Hosts = 3, Fence = fence, FastShot = fence }, progress, cancel);
                await SeriesAsync(fence, cancel);
            }
            finally
            {
                await LabCluster.Down(Lab, progress, CancellationToken.None);
            }
        }
    }

    private async Task SeriesAsync(bool fence, CancellationToken cancel)
    {
        var name = fence ? "with fence device" : "without";
        await CreateAsync(cancel);
        List<(double Start, double Count, double Bound)> seen = [];
        for (var run = 0; run < runs; run++)
        {
            seen.Add(await OneAsync(name, cancel));
        }

        Spread start = new(seen.Select(s => s.Start)), count = new(seen.Select(s => s.Count));
        Console.WriteLine($"{name}: crash → QEMU started  {start.Text("s")}");
        Console.WriteLine($"{name}: crash → first count   {count.Text("s")}");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: goal median ≤ {(fence ? 2 : 14)} s: {(start.Median <= (fence ? 2 : 14) ? "met" : "NOT met")}; slowest within its bound: {(seen.All(s => s.Start <= s.Bound) ? "yes" : "NO")}\n"));
    }

    private static async Task<(double Start, double Count, double Bound)> OneAsync(string name, CancellationToken cancel)
    {
        await Task.Delay(Settling, cancel);
        var before = await UntilAsync("counts", m => m.Copies is [{ Executing: true }] && m.Counter > 3, cancel);
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(Lab));
        var bound = (await client.MachineAsync(Machine, cancel)).Bound is { } b ? b.WithDeviceSeconds ?? b.WithoutDeviceSeconds ?? double.PositiveInfinity : throw new BenchException("'vm show' prints no bound.");
        var host = before.Copies[0].Host;
        var at = DateTimeOffset.UtcNow;
        await LabCluster.Fault(Lab, new LabFault.Crash(host), cancel);
        var started = await UntilAsync("runs elsewhere", m => m.Copies.Any(c => c.Host != host), cancel);
        await UntilAsync("counts elsewhere", m => m.Counter > before.Counter && m.BootId != before.BootId, cancel);
        var result = ((started.Copies.First(c => c.Host != host).Started - at).TotalSeconds, (DateTimeOffset.UtcNow - at).TotalSeconds, bound);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: bound {bound,6:0.0} s   QEMU started {result.Item1,6:0.00} s   first count {result.Item2,6:0.00} s"));
        await LabCluster.Fault(Lab, new LabFault.Start(host), cancel);
        await EveryHostUpAsync(cancel);
        return result;
    }

    private static async Task CreateAsync(CancellationToken cancel)
    {
        await EveryHostUpAsync(cancel);
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(Lab));
        await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = Machine, Start = true }, cancel), Limit, null, cancel);
    }

    private static async Task EveryHostUpAsync(CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = HoldfastClient.Unix(LabCluster.AgentSocket(Lab));
                if ((await client.StatusAsync(cancel)) is { Ready: true, Quorum: true, Hosts.Length: 3 } status && status.Hosts.All(h => h.State == HostState.Up))
                {
                    return;
                }
            }
            catch (ApiException)
            {
                // An agent that is just starting; the limit below ends the patience.
            }

            if (since.Elapsed > Limit)
            {
                throw new BenchException($"Not every host of the lab is up after {Limit.TotalSeconds:0} s.");
            }

            await Task.Delay(200, cancel);
        }
    }

    private static async Task<TruthMachine> UntilAsync(string what, Func<TruthMachine, bool> good, CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        while (since.Elapsed < Limit)
        {
            if ((await LabCluster.Truth(Lab, cancel)).Machines.FirstOrDefault(m => m.Name == Machine) is { } machine && good(machine))
            {
                return machine;
            }

            // Each look costs processor time that the failover needs; when a process started is read from the process itself.
            await Task.Delay(200, cancel);
        }

        throw new BenchException($"After {Limit.TotalSeconds:0} s it is still not so that the machine {what}.");
    }
}
