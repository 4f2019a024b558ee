using System.Diagnostics;
using Holdfast.Lab;

namespace Holdfast.Bench.Cuts;

/// <summary>Two bare hosts with libvirtd and the store, and the same machine as in the lab with the product.</summary>
internal sealed class PlainLab : IDisposable
{
    public const string Name = "bench-cuts-plain";
    private const int Port = 16509;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private readonly List<Process> forwards = [];
    private PlainMachine? machine;

    public LabHostStatus Source => Host(0);

    public LabHostStatus Target => Host(1);

    public async Task UpAsync(CutLab ours, IProgress<string> progress, CancellationToken cancel)
    {
        var lab = await LabCluster.Up(new LabOptions { Name = Name, Hosts = 2, Product = false }, progress, cancel);
        if ((await ours.WholeAsync(cancel)).Machine is not { } running)
        {
            throw new BenchException("The lab with the product is not whole, so the machine cannot be copied from it.");
        }

        machine = await PlainMachine.CopyAsync(CutLab.Machine, ours.Host(running.Copies[0].Host), lab.Hosts[0], cancel);
        var forward = Command.Start("nsenter", $"--net=/proc/{Target.Pid}/ns/net", "--", Environment.ProcessPath!, "forward", $"/proc/{Target.Pid}/root/run/libvirt/libvirt-sock", $"{Port}");
        forwards.Add(forward);
        await forward.StandardOutput.ReadLineAsync(cancel).AsTask().WaitAsync(Limit, cancel);
    }

    public Task FaultAsync(LabFault fault, CancellationToken cancel) => LabCluster.Fault(Name, fault, cancel);

    /// <summary>Heals all, ends every copy, and starts the machine on the first host with an empty disk.</summary>
    public async Task<TruthMachine> BeginAsync(CancellationToken cancel)
    {
        await FaultAsync(new LabFault.HealAll(), cancel);
        await EndCopiesAsync(cancel);
        PlainMachine.MakeFolders([Source, Target]);
        foreach (var host in (LabHostStatus[])[Source, Target])
        {
            await FaultAsync(new LabFault.Rate(host.Name, "migration", CutLab.CopyBits), cancel);
        }

        await UntilAsync("both libvirtds answer and know no machine", async () => await StateAsync(Source, cancel) is "" && await StateAsync(Target, cancel) is "", cancel);
        await machine!.StartAsync(Source, cancel);
        TruthMachine? seen = null;
        await UntilAsync("the guest counts", async () => (seen = await TruthAsync(cancel)) is { Copies: [{ Executing: true }], Counter: > 5, BootId: not null }, cancel);
        return seen!;
    }

    public async Task<TruthMachine?> TruthAsync(CancellationToken cancel) => (await LabCluster.Truth(Name, cancel)).Machines.FirstOrDefault(m => m.Name == CutLab.Machine);

    /// <summary>libvirt's word on the machine there: its state and the reason; empty when it knows none, null when it does not answer.</summary>
    public static async Task<string?> StateAsync(LabHostStatus host, CancellationToken cancel)
    {
        try
        {
            var names = await Command.OutputAsync(cancel, "timeout", "3", "virsh", "-q", "-c", Command.Libvirt(host), "list", "--all", "--name");
            return names.Contains(CutLab.Machine, StringComparison.Ordinal)
                ? (await Command.OutputAsync(cancel, "timeout", "3", "virsh", "-q", "-c", Command.Libvirt(host), "domstate", CutLab.Machine, "--reason")).Trim()
                : "";
        }
        catch (BenchException)
        {
            return null;
        }
    }

    /// <summary>The words of a peer-to-peer migration: the source's libvirtd does it by itself.</summary>
    public string[] Migrate() =>
    [
        "virsh", "-c", Command.Libvirt(Source), "migrate", "--live", "--p2p", "--tls", "--unsafe", CutLab.Machine, $"qemu+tcp://{Target.Addresses["cluster"]}:{Port}/system",
        "--migrateuri", $"tcp://{Target.Addresses["migration"]}",
    ];

    public void Dispose()
    {
        foreach (var forward in forwards.Where(f => !f.HasExited))
        {
            forward.Kill(entireProcessTree: true);
        }
    }

    private static LabHostStatus Host(int index) => LabCluster.Status(Name).Hosts[index];

    private async Task EndCopiesAsync(CancellationToken cancel)
    {
        foreach (var copy in (await TruthAsync(cancel))?.Copies ?? [])
        {
            await FaultAsync(new LabFault.StopProcess(copy.Host, $"qemu:{CutLab.Machine}", Kill: true), cancel);
        }
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> holds, CancellationToken cancel)
    {
        for (var since = Stopwatch.StartNew(); !await holds(); await Task.Delay(200, cancel))
        {
            if (since.Elapsed > Limit)
            {
                throw new BenchException($"In the plain lab it is still not so that {what} after {Limit.TotalSeconds:0} s.");
            }
        }
    }
}
