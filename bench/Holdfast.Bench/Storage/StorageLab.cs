using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench.Storage;

/// <summary>A lab of three hosts with many machines on one datastore.</summary>
internal sealed class StorageLab(string name, int machines)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public string Name => name;

    public async Task UpAsync(IProgress<string> progress, CancellationToken cancel)
    {
        await LabCluster.Up(new LabOptions { Name = name, Hosts = 3 }, progress, cancel);
        var hosts = LabCluster.Status(name).Hosts;
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(name));
        for (var n = 0; n < machines; n++)
        {
            var machine = new CreateMachine { Name = string.Create(CultureInfo.InvariantCulture, $"m{n + 1}"), Start = true, Host = hosts[n % hosts.Count].Name, MemoryMiB = 96, DiskMiB = 16 };
            progress.Report($"starting {machine.Name} on {machine.Host}");
            await client.WaitAsync(await client.CreateAsync(machine, cancel), Limit, null, cancel);
        }
    }

    public Task FaultAsync(LabFault fault, CancellationToken cancel) => LabCluster.Fault(name, fault, cancel);

    /// <summary>Nothing may cancel this: what a run has broken must not stay broken.</summary>
    public Task HealAsync() => LabCluster.Fault(name, new LabFault.HealAll(), CancellationToken.None);

    /// <summary>Waits until every host is ready and sees all others, and every machine counts in one copy.</summary>
    public async Task<IReadOnlyList<TruthMachine>> WholeAsync(CancellationToken cancel)
    {
        var first = await CountersAsync(cancel);
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(200, cancel))
        {
            var now = (await LabCluster.Truth(name, cancel)).Machines;
            var counting = now.Where(m => m is { Copies: [{ Executing: true }], BootId: not null } && m.Counter > first.GetValueOrDefault(m.Name)).ToList();
            var not = counting.Count < machines ? $"only {counting.Count} of {machines} machines count" : await NotReadyAsync(cancel);
            if (not is null)
            {
                return counting;
            }

            if (since.Elapsed > Limit)
            {
                throw new BenchException($"The lab '{name}' is not whole after {Limit.TotalMinutes:0} minutes: {not}.");
            }
        }
    }

    /// <summary>The newest count of each machine.</summary>
    public async Task<IReadOnlyDictionary<string, long>> CountersAsync(CancellationToken cancel) =>
        (await LabCluster.Truth(name, cancel)).Machines.ToDictionary(m => m.Name, m => m.Counter ?? 0);

    private async Task<string?> NotReadyAsync(CancellationToken cancel)
    {
        foreach (var host in LabCluster.Status(name).Hosts)
        {
            if (host.Power != "on")
            {
                return $"{host.Name} is {host.Power}";
            }

            try
            {
                using var client = HoldfastClient.Unix(LabCluster.AgentSocket(name, host.Name), local: true);
                client.Patience = TimeSpan.FromSeconds(2);
                var status = await client.StatusAsync(cancel);
                if (!status.Ready || status.Hosts.Any(h => h.State != HostState.Up))
                {
                    return $"{host.Name}: {status.Reason ?? "it does not see all others"}";
                }
            }
            catch (Exception e) when (e is ApiException or LabException)
            {
                return $"{host.Name}: {e.Message}";
            }
        }

        return null;
    }
}
