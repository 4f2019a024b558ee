using System.Diagnostics;
using Holdfast.Lab.Faults;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Hosts;

/// <summary>Power of the hosts and of the store: what a power button does, and a power cut.</summary>
internal sealed class HostPower(LabState lab, ProcessId yard)
{
    private static readonly TimeSpan BootLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan DeathLimit = TimeSpan.FromSeconds(20);

    internal bool IsOn(string host) => lab.Paths.Host(host).InitProcess is not null;

    /// <summary>Boots a host that is off; ends when its namespaces, links and mounts stand and its services are being started.</summary>
    internal async Task Boot(string host, FaultTable faults, CancellationToken cancel = default)
    {
        var paths = lab.Paths.Host(host);
        if (IsOn(host))
        {
            return;
        }

        foreach (var cable in lab.CablesOf(host))
        {
            // The kernel takes a dead host's veths away some time after its death.
            await Shell.Run(["nsenter", $"--net=/proc/{yard.Pid}/ns/net", "ip", "link", "del", cable.Port], cancel: cancel);
        }

        HostFiles.WriteBoot(lab, host, faults);
        string[] product = host == LabState.Store ? [] : [lab.Bin, lab.Guest, lab.DotnetRoot ?? "-"];
        await Shell.Detach(paths.Console,
            ["nsenter", "-t", $"{yard.Pid}", "--pid", "--", "unshare", "--pid", "--mount", "--uts", "--ipc", "--net", "--fork", "--kill-child",
            "/bin/sh", paths.Boot, host, paths.Run, paths.Disk, $"{yard.Pid}", "/holdfast/device/services.sh", .. product], cancel);
        for (var since = Stopwatch.StartNew(); !File.Exists(paths.Up); await Task.Delay(5, cancel))
        {
            if (since.Elapsed > BootLimit || (ProcessId.Read(paths.Init) is { Alive: false } && !File.Exists(paths.Up)))
            {
                throw new LabException($"The host {host} does not boot: {LastLines(paths.Console)}; its log is {paths.Console}.");
            }
        }
    }

    /// <summary>
    /// A power cut: links first, so that no dying process can say good-bye to its peers, then every process in one instant.
    /// Ends when the last one is gone. Not an error when the host is off.
    /// </summary>
    internal async Task Crash(string host, LinkControl links)
    {
        foreach (var cable in lab.CablesOf(host))
        {
            links.Set(cable.Port, up: false);
        }

        if (ProcessId.Read(lab.Paths.Host(host).Init) is not { Alive: true } init)
        {
            return;
        }

        // The kernel kills a pid namespace with its init, and the init is gone only when all of them are.
        init.Signal(Native.SigKill);
        if (!await init.Gone(DeathLimit))
        {
            throw new LabException($"The host {host} is not off: a process of it is still alive after {DeathLimit.TotalSeconds:0} s (it hangs in the kernel).");
        }
    }

    private static string LastLines(string file) => File.Exists(file) ? string.Join("; ", File.ReadLines(file).TakeLast(3)) : "it has said nothing";
}
