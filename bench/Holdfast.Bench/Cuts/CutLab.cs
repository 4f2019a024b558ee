using System.Diagnostics;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench.Cuts;

/// <summary>The lab with the product: one machine on three hosts.</summary>
internal sealed class CutLab(string name)
{
    public const string Machine = "bench";

    /// <summary>Everything is right but the guest: QEMU's copy under TCG may have broken it (docs/design/migration.md).</summary>
    public const string Silent = "its guest does not count";

    /// <summary>So slow that a script hits a moment of the copy: both ends' cards together pass it in a few seconds.</summary>
    public const long CopyBits = 50_000_000;
    private static readonly TimeSpan SilentLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(90);

    public string Name => name;

    public async Task UpAsync(IProgress<string> progress, CancellationToken cancel)
    {
        await LabCluster.Up(new LabOptions { Name = name, Hosts = 3, FaultPoints = true }, progress, cancel);
        using var client = HoldfastClient.Unix(LabCluster.AgentSocket(name));
        await client.WaitAsync(await client.CreateAsync(new CreateMachine { Name = Machine, Start = true, Host = "h1" }, cancel), TimeSpan.FromMinutes(1), null, cancel);
    }

    public Task FaultAsync(LabFault fault, CancellationToken cancel) => LabCluster.Fault(name, fault, cancel);

    public LabHostStatus Host(string host) => LabCluster.Status(name).Hosts.First(h => h.Name == host);

    public HoldfastClient Client(string host) => HoldfastClient.Unix(LabCluster.AgentSocket(name, host), local: true);

    public Task SlowAsync(CancellationToken cancel) => LimitAsync(CopyBits, cancel);

    /// <summary>What is left of the copy goes at full speed: a slow one takes many passes, and in each of them QEMU may lose a page under TCG.</summary>
    public Task FastAsync(CancellationToken cancel) => LimitAsync(0, cancel);

    /// <summary>Nothing may cancel this: what a run has broken must not stay broken.</summary>
    public async Task HealAsync()
    {
        await FaultAsync(new LabFault.HealAll(), CancellationToken.None);
        foreach (var host in LabCluster.Status(name).Hosts.Where(h => h.Power == "off"))
        {
            await FaultAsync(new LabFault.Start(host.Name), CancellationToken.None);
        }
    }

    /// <summary>Another run needs a whole lab: one that does not become it is built anew.</summary>
    public async Task MendAsync(IProgress<string> progress, CancellationToken cancel)
    {
        var (machine, not) = await WholeAsync(cancel);
        if (not == Silent)
        {
            var host = (await LabCluster.Truth(name, cancel)).Machines.First(m => m.Name == Machine).Copies[0].Host;
            await Command.OutputAsync(cancel, "virsh", "-c", Command.Libvirt(Host(host)), "reset", Machine);
            (machine, _) = await WholeAsync(cancel);
        }

        if (machine is null)
        {
            await LabCluster.Down(name, progress, cancel);
            await UpAsync(progress, cancel);
        }
    }

    /// <summary>Waits until every host sees all others and the machine runs and counts in one copy, the only one.</summary>
    /// <returns>The machine; or why it is not so within the limit.</returns>
    public async Task<(TruthMachine? Machine, string? Not)> WholeAsync(CancellationToken cancel)
    {
        long? counter = null;
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(100, cancel))
        {
            var (machine, not) = await LookAsync(cancel);
            not ??= machine!.Counter > counter ? null : Silent;
            counter ??= machine?.Counter;
            if (not is null || since.Elapsed > (not == Silent ? SilentLimit : WholeLimit))
            {
                return (not is null ? machine : null, not);
            }
        }
    }

    /// <summary>What the machine's lease says, by one host's own reading of the table; null when its agent does not answer.</summary>
    public async Task<MachineDetail?> LeaseAsync(string host, CancellationToken cancel)
    {
        try
        {
            using var client = Client(host);
            client.Patience = TimeSpan.FromSeconds(2);
            return await client.MachineAsync(Machine, cancel);
        }
        catch (Exception e) when (e is ApiException or LabException)
        {
            return null;
        }
    }

    /// <summary>What the hosts have told since a moment, in its order, and what runs now: for whoever looks for the cause of a wrong end.</summary>
    public async Task<string> StoryAsync(DateTimeOffset since, CancellationToken cancel)
    {
        var lines = new List<(DateTimeOffset At, string Text)>();
        foreach (var host in LabCluster.Status(name).Hosts.Where(h => h.Power == "on"))
        {
            try
            {
                using var client = Client(host.Name);
                await foreach (var e in client.EventsAsync(0, follow: false, cancel))
                {
                    lines.AddRange(e.At > since ? [(e.At, $"{host.Name} {e.Kind}: {e.Text}")] : []);
                }
            }
            catch (ApiException e)
            {
                lines.Add((DateTimeOffset.UtcNow, $"{host.Name} does not answer: {e.Message}"));
            }
        }

        var copies = (await LabCluster.Truth(name, cancel)).Machines.FirstOrDefault(m => m.Name == Machine)?.Copies ?? [];
        return string.Join('\n', [.. lines.OrderBy(l => l.At).Select(l => $"    {l.At:HH:mm:ss.fff} {l.Text}"), $"    copies now: {string.Join(", ", copies)}"]);
    }

    private async Task LimitAsync(long bits, CancellationToken cancel)
    {
        foreach (var host in LabCluster.Status(name).Hosts)
        {
            await FaultAsync(new LabFault.Rate(host.Name, "migration", bits), cancel);
        }
    }

    private async Task<(TruthMachine? Machine, string? Not)> LookAsync(CancellationToken cancel)
    {
        foreach (var host in LabCluster.Status(name).Hosts)
        {
            if (await NotReadyAsync(host, cancel) is { } not)
            {
                return (null, not);
            }
        }

        var machine = (await LabCluster.Truth(name, cancel)).Machines.FirstOrDefault(m => m.Name == Machine);
        return machine is not { Copies: [{ Executing: true } only] } ? (null, $"the machine runs in {machine?.Copies.Count(c => c.Executing) ?? 0} of {machine?.Copies.Count ?? 0} copies")
            : machine is not { Counter: > 5, BootId: not null } ? (null, Silent)
            : await LeaseAsync(only.Host, cancel) is not { State: MachineState.Running } lease || lease.Host != only.Host ? (null, $"{only.Host} does not say that it holds the machine and runs it")
            : (machine, null);
    }

    private async Task<string?> NotReadyAsync(LabHostStatus host, CancellationToken cancel)
    {
        if (host.Power != "on")
        {
            return $"{host.Name} is {host.Power}";
        }

        try
        {
            using var client = Client(host.Name);
            var status = await client.StatusAsync(cancel);
            return !status.Ready || !status.Quorum ? $"{host.Name}: {status.Reason ?? "etcd has no quorum"}"
                : status.Hosts.FirstOrDefault(h => h.State != HostState.Up) is { } other ? $"{host.Name} says that {other.Name} is {other.State}"
                : (await client.NetworksAsync(cancel)).Culprits is [var culprit, ..] ? $"{host.Name} names {culprit}"
                : null;
        }
        catch (Exception e) when (e is ApiException or LabException)
        {
            return $"{host.Name}: {e.Message}";
        }
    }
}
