using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>A host with many machines is drained, all of them at once: how long that takes, whether any machine pays for it, and what it does to the heartbeats.</summary>
/// <param name="firstPauseMs">The pause a copy is planned for (migrationFirstPauseMs), or null for the agents' own choice.</param>
internal sealed class DrainBench(int machines, int runs, int? firstPauseMs)
{
    private const string Lab = "bench-drain";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>A guest that has not counted on within this is broken: QEMU's fault with TCG before 9.0 (docs/adr/0017), counted and started anew.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);

    /// <summary>Counts in which the guest has compared its whole disk with its memory once: it does so every 20.</summary>
    private const int Enough = 25;

    /// <summary>For the heartbeats beside machines that only run, and after a lab's start.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(20);

    private readonly Progress<string> progress = new(text => Console.Error.WriteLine(text));

    private string[] Names => [.. Enumerable.Range(1, machines).Select(n => string.Create(CultureInfo.InvariantCulture, $"m{n}"))];

    public static DrainBench From(string[] args)
    {
        var options = new Options(args, "bench/drain [--machines N] [--runs N] [--first-pause-ms N]", "--machines", "--runs", "--first-pause-ms").AtMost(0);
        return new(options.Number("--machines", 1, 64, 20), options.Number("--runs", 1, 20, 3), options.Number("--first-pause-ms", 0, 10_000, 0) is > 0 and var pause ? pause : null);
    }

    public async Task RunAsync(CancellationToken cancel)
    {
        try
        {
            await LabCluster.Up(new LabOptions { Name = Lab, Hosts = 3, MigrationsAtOnce = machines, MigrationFirstPauseMs = firstPauseMs }, progress, cancel);
            var host = LabCluster.Status(Lab).Hosts[0].Name;
            await CreateAsync(host, cancel);
            await using (var idle = new HeartbeatWatch(Lab))
            {
                await Task.Delay(Quiet, cancel);
                Console.WriteLine($"before, {machines} machines count   {await idle.EndAsync()}");
            }

            for (var run = 0; run < runs; run++)
            {
                host = await OneAsync(host, cancel);
            }
        }
        finally
        {
            await LabCluster.Down(Lab, progress, CancellationToken.None);
        }
    }

    private async Task CreateAsync(string host, CancellationToken cancel)
    {
        using var client = Client();
        foreach (var name in Names)
        {
            await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = name, Start = true, Host = host, MemoryMiB = 96, DiskMiB = 16 }, cancel), Limit, null, cancel);
        }

        if (await CountAsync(Limit, cancel) is { Count: var count } && count < machines)
        {
            throw new BenchException($"Only {count} of the {machines} machines count after {Limit.TotalMinutes:0} minutes.");
        }
    }

    /// <returns>The host that has most of them now.</returns>
    private async Task<string> OneAsync(string host, CancellationToken cancel)
    {
        using var client = Client();
        var before = await CountAsync(Limit, cancel);
        var last = await client.EventsAsync(0, follow: false, cancel).Select(e => e.Number).LastOrDefaultAsync(cancel);
        await using var heartbeats = new HeartbeatWatch(Lab);
        var since = Stopwatch.StartNew();
        var end = await client.WaitAsync(await client.DrainAsync(host, new HostOrderRequest(Environment.UserName, "bench"), cancel), Limit, null, cancel);
        var seconds = since.Elapsed.TotalSeconds;
        var beats = await heartbeats.EndAsync();
        var tries = await client.EventsAsync(last, follow: false, cancel).CountAsync(e => e.Kind == "retry", cancel);
        var after = await CountAsync(Patience, cancel);
        var there = (await LabCluster.Truth(Lab, cancel)).Machines;
        var broken = before.Where(was => after.GetValueOrDefault(was.Key) is not { } now || (was.Value.BootId, was.Value.Gaps, was.Value.ForeignWrites) != (now.BootId, now.Gaps, now.ForeignWrites)).Select(m => m.Key).ToList();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"drained {host} in {seconds,5:0.0} s ({end.State}); in one copy elsewhere {there.Count(m => m.Copies is [var only] && only.Host != host)} of {machines}; moves tried again {tries}; guests broken {broken.Count}   {beats}"));
        await client.ResumeAsync(host, new HostOrderRequest(Environment.UserName, "bench"), cancel);
        foreach (var name in broken)
        {
            var where = there.First(m => m.Name == name).Copies[0].Host;
            await Command.OutputAsync(cancel, "virsh", "-c", Command.Libvirt(LabCluster.Status(Lab).Hosts.Single(h => h.Name == where)), "reset", name);
        }

        return there.GroupBy(m => m.Copies[0].Host).MaxBy(g => g.Count())!.Key;
    }

    /// <summary>Those that have counted on within the limit, in one copy that runs.</summary>
    private async Task<Dictionary<string, TruthMachine>> CountAsync(TimeSpan limit, CancellationToken cancel)
    {
        var first = (await LabCluster.Truth(Lab, cancel)).Machines.ToDictionary(m => m.Name, m => m.Counter ?? 0);
        Dictionary<string, TruthMachine> seen = [];
        for (var since = Stopwatch.StartNew(); since.Elapsed < limit && seen.Count < machines; await Task.Delay(500, cancel))
        {
            foreach (var machine in (await LabCluster.Truth(Lab, cancel)).Machines.Where(m => m.Copies is [{ Executing: true }] && m.BootId is not null && m.Counter > first.GetValueOrDefault(m.Name) + Enough))
            {
                seen[machine.Name] = machine;
            }
        }

        return seen;
    }

    private static HoldfastClient Client() => HoldfastClient.Unix(LabCluster.AgentSocket(Lab));
}
