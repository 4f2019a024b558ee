namespace Holdfast.Adapters.Libvirt.Qmp;

/// <summary>The events that Holdfast acts on; all others are <see cref="Other"/>.</summary>
public enum QmpEventKind
{
    Other,
    Stop,
    Resume,
    Migration,
    BlockIoError,

    /// <summary>QEMU is about to end; <see cref="QmpEvent.Status"/> is the reason, "guest-shutdown" when the guest did it.</summary>
    Shutdown,
    Reset,
    PowerDown,
    GuestPanicked,
}

/// <summary>Something QEMU said by itself.</summary>
/// <param name="Name">QEMU's own name of the event.</param>
/// <param name="Status">MIGRATION: the status ("completed" …). SHUTDOWN: the reason. BLOCK_IO_ERROR: the action. Else null.</param>
/// <param name="Data">The event's data as QEMU's JSON, empty when there is none.</param>
/// <param name="Received">Stopwatch reading when the bytes were read.</param>
public readonly record struct QmpEvent(QmpEventKind Kind, string Name, string? Status, ReadOnlyMemory<byte> Data, long Received);
