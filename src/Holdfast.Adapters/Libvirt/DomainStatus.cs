using Holdfast.Adapters.Libvirt.Processes;

namespace Holdfast.Adapters.Libvirt;

/// <summary>virDomainState.</summary>
public enum DomainState
{
    None = 0,
    Running = 1,
    Blocked = 2,
    Paused = 3,
    ShuttingDown = 4,
    ShutOff = 5,
    Crashed = 6,
    PowerManagementSuspended = 7,
}

/// <summary>
/// One running domain as libvirt sees it. <see cref="Epoch"/> is null for a domain that is not Holdfast's; <see cref="Process"/> is null when
/// libvirt's pid file and /proc do not agree that this is its QEMU (then only the guard may touch it). <see cref="Reason"/> is libvirt's reason
/// number for the state (paused: 1 by user, 2 migrating, 5 I/O error, 11 starting up, 8 crashed …).
/// </summary>
public sealed record DomainStatus(string Name, Guid Id, DomainState State, int Reason, ulong? Epoch, QemuProcess? Process);

/// <summary>What libvirt says of this host's processors and memory.</summary>
public sealed record HostResources(string CpuModel, int Cpus, int CpuMhz, long MemoryTotalBytes, long MemoryFreeBytes);
