namespace Holdfast.Adapters.Libvirt;

/// <summary>Something libvirt reported by itself. <see cref="Received"/> is a Stopwatch reading of this host.</summary>
public abstract record LibvirtEvent(long Received);

/// <summary>The connection to libvirtd is up: state read before is stale, list again.</summary>
public sealed record LibvirtConnected(long Received) : LibvirtEvent(Received);

/// <summary>The connection to libvirtd is gone; machines run on. It is opened again by itself.</summary>
public sealed record LibvirtLost(string Reason, long Received) : LibvirtEvent(Received);

/// <summary>A domain changed its life: evidence only. "Stopped" is not a proof that the QEMU process is gone.</summary>
public sealed record DomainLifecycle(Guid Id, string Name, LifecycleChange Change, int Detail, long Received) : LibvirtEvent(Received);

/// <summary>A disk of a domain gave an I/O error; with action "pause" the machine has been stopped by it.</summary>
public sealed record DomainDiskError(Guid Id, string Name, string Path, string Device, DiskErrorAction Action, string Reason, long Received)
    : LibvirtEvent(Received);

/// <summary>virDomainEventType.</summary>
public enum LifecycleChange
{
    Defined = 0,
    Undefined = 1,
    Started = 2,
    Suspended = 3,
    Resumed = 4,
    Stopped = 5,

    /// <summary>The guest shut itself down; its QEMU process may still be there.</summary>
    Shutdown = 6,
    PowerManagementSuspended = 7,
    Crashed = 8,
}

/// <summary>virDomainEventIOErrorAction.</summary>
public enum DiskErrorAction
{
    None = 0,
    Pause = 1,
    Report = 2,
}
