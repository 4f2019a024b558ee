using System.Diagnostics;
using System.Globalization;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Libvirt.Pulse;

/// <summary>Takes a machine's signs of life: disks and agent's port from QEMU, CPUs from /proc, the agent's answer through libvirt.</summary>
internal sealed class PulseTaker(GuestAgents agents) : IAsyncDisposable
{
    /// <summary>The machine's pulse now; null when its threads cannot be read.</summary>
    /// <exception cref="QmpException">QEMU does not answer: there is no pulse then, whatever else could be read.</exception>
    internal async Task<GuestPulse?> TakeAsync(AttachedMachine machine, TimeSpan deadline)
    {
        var qmp = await machine.QmpAsync(deadline).ConfigureAwait(false);
        if (qmp.Owes)
        {
            throw new QmpException(QmpFailure.TimedOut, $"{machine.Qemu.Name}'s QEMU has not answered an earlier command yet");
        }

        var requests = await qmp.QueryDiskRequestsAsync(deadline).ConfigureAwait(false);
        var threads = new ThreadStates(machine.Qemu.Process.Pid);
        var cpus = threads.CpuDemand();
        if (cpus.IsEmpty)
        {
            return null;
        }

        var waits = threads.AnyWaitsForStorage();
        var memory = ResidentOf(machine.Qemu.Process.Pid);
        var at = Stopwatch.GetElapsedTime(0);

        // Last, because it may take seconds.
        var agent = await AskAgentAsync(machine.Qemu.Machine, qmp, deadline).ConfigureAwait(false);
        return new GuestPulse(at, agent, requests, cpus, waits) { MemoryMiB = memory };
    }

    /// <summary>What the process holds of the host's memory, in MiB: the second field of /proc/PID/statm is in pages (proc(5)). Null for anything else.</summary>
    internal static long? Resident(string statm) =>
        statm.Split(' ') is [_, var pages, ..] && long.TryParse(pages, CultureInfo.InvariantCulture, out var held) ? held * Environment.SystemPageSize >> 20 : null;

    private static long? ResidentOf(int pid)
    {
        try
        {
            return Resident(File.ReadAllText($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}/statm"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => agents.DisposeAsync();

    private async Task<GuestAgentSign> AskAgentAsync(Guid machine, QmpClient qmp, TimeSpan deadline)
    {
        if (!await qmp.QueryGuestOpenAsync(DomainXml.AgentCharacterDevice, deadline).ConfigureAwait(false))
        {
            return GuestAgentSign.Absent;
        }

        var stops = qmp.Run.Stops;
        var sign = await agents.PingAsync(machine).ConfigureAwait(false);

        // A guest that stood still could not answer, and one whose port has closed meanwhile has no agent any more.
        return sign != GuestAgentSign.Silent ? sign
            : !(await qmp.QueryStatusAsync(deadline).ConfigureAwait(false)).Running || qmp.Run.Stops != stops ? GuestAgentSign.Unknown
            : await qmp.QueryGuestOpenAsync(DomainXml.AgentCharacterDevice, deadline).ConfigureAwait(false) ? GuestAgentSign.Silent
            : GuestAgentSign.Absent;
    }
}
