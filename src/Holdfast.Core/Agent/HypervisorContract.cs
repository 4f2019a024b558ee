using System.Collections.Immutable;
using Holdfast.Core.Model;

namespace Holdfast.Core.Agent;

/// <summary>
/// What the core asks of the hypervisor on its own host. Each has an operation number; its end is a <see cref="HypervisorResult"/> with the
/// same number. The adapter answers every one within its own deadline, also when libvirt hangs.
/// </summary>
public abstract record HypervisorCall(long Op, Guid Machine);

/// <summary>Create the transient domain with its CPUs stopped. Done carries the pid; a failure that says that nothing was created is Refused.</summary>
/// <param name="Folder">Absolute path of the machine's folder on this host.</param>
public sealed record CreatePaused(long Op, MachineDefinition Definition, string Folder, ulong Epoch) : HypervisorCall(Op, Definition.Id);

/// <summary>QMP <c>cont</c>; Done when QEMU has answered.</summary>
public sealed record Continue(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>ACPI power button; Done when libvirt took it. That the guest is down shows as <see cref="MachineEvent"/>.</summary>
public sealed record ShutDown(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>SIGKILL through a pidfd and wait until the process is gone. Done = gone (also when there was none).</summary>
public sealed record End(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>All QEMU processes with Holdfast's metadata, after a restart of the agent. Done carries <see cref="HypervisorResult.Found"/>.</summary>
public sealed record FindAll(long Op) : HypervisorCall(Op, Guid.Empty);

/// <summary>Source: Begin. Done carries XML and cookie.</summary>
public sealed record BeginMove(long Op, Guid Machine, Guid Move) : HypervisorCall(Op, Machine);

/// <summary>Target: Prepare (QEMU waits for the incoming stream, its QMP socket of ours ready). Done carries cookie and URI.</summary>
/// <param name="Folder">Absolute path of the machine's folder on this host.</param>
public sealed record PrepareMove(long Op, MachineDefinition Definition, string Folder, Guid Move, string Xml, byte[]? Cookie, string ListenAddress)
    : HypervisorCall(Op, Definition.Id);

/// <summary>Source: Perform, which returns when QEMU has completed or failed. Progress and "completed" come as <see cref="MachineEvent"/>s.</summary>
public sealed record PerformMove(long Op, Guid Machine, Guid Move, string Uri, byte[]? Cookie) : HypervisorCall(Op, Machine);

/// <summary>Source: freeze (SIGSTOP, all threads in T) and look again (DESIGN §6.5). Done only when it has not run since STOP and stays frozen.</summary>
public sealed record FreezeAndLook(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>Source: SIGCONT after a freeze, because the machine stays here.</summary>
public sealed record Thaw(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>Target: Finish (cookie NULL). Cancelled = destroy the copy.</summary>
public sealed record FinishMove(long Op, Guid Machine, Guid Move, bool Cancelled) : HypervisorCall(Op, Machine);

/// <summary>Source: Confirm; cancelled = it stays and runs on here.</summary>
public sealed record ConfirmMove(long Op, Guid Machine, Guid Move, bool Cancelled) : HypervisorCall(Op, Machine);

/// <summary>Source: abort a copy in flight (libvirt's abort; yank when the guest has stopped already).</summary>
public sealed record AbortMove(long Op, Guid Machine, Guid Move) : HypervisorCall(Op, Machine);

/// <summary>The end of one <see cref="HypervisorCall"/>. <paramref name="Failure"/> null = done.</summary>
/// <param name="Unknown">True when nobody knows whether it happened (a deadline passed). Unknown is never taken for failed.</param>
public sealed record HypervisorResult(
    long Op, Guid Machine, string? Failure = null, bool Unknown = false, int Pid = 0, string? Xml = null, byte[]? Cookie = null, string? Uri = null,
    ImmutableArray<FoundMachine> Found = default);

/// <summary>A QEMU process found on this host. Epoch is the one in its metadata (0 when there is none).</summary>
/// <param name="Running">Its CPUs run (QMP status), not merely its process.</param>
public sealed record FoundMachine(Guid Machine, string Name, ulong Epoch, int Pid, bool Running);

/// <summary>Something a machine's QEMU or libvirt said by itself.</summary>
public sealed record MachineEvent(Guid Machine, MachineEventKind Kind, string Detail = "");

public enum MachineEventKind
{
    /// <summary>The process is gone (its pidfd is readable).</summary>
    Gone,

    /// <summary>The guest shut itself down cleanly (before Gone).</summary>
    GuestShutDown,

    Stopped,
    Resumed,

    /// <summary>QEMU stopped it on an I/O error of a disk (error policy stop).</summary>
    IoError,

    /// <summary>QEMU's migration status became <c>completed</c> (source or target).</summary>
    MigrationCompleted,

    /// <summary>QEMU's migration status became <c>failed</c> or <c>cancelled</c>.</summary>
    MigrationFailed,

    /// <summary>Detail: "transferred total remaining" in bytes.</summary>
    MigrationProgress,
}
