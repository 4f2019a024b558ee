using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Migration;
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
/// <param name="StaysWanted">The machine is to run elsewhere. That is kept with the process (<see cref="FoundMachine.LetGo"/>): its end is nobody's wish, also in the eyes of the agent's next life.</param>
public sealed record ShutDown(long Op, Guid Machine, bool StaysWanted) : HypervisorCall(Op, Machine);

/// <summary>SIGKILL through a pidfd and wait until the process is gone. Done = gone (also when there was none).</summary>
public sealed record End(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>All QEMU processes with Holdfast's metadata, after a restart of the agent. Done carries <see cref="HypervisorResult.Found"/>.</summary>
public sealed record FindAll(long Op) : HypervisorCall(Op, Guid.Empty);

/// <summary>Source: Begin. Done carries XML and cookie.</summary>
/// <param name="Pause">The longest one that QEMU may plan for the last pass; see <see cref="AllowPause"/>.</param>
public sealed record BeginMove(long Op, Guid Machine, Guid Move, TimeSpan Pause) : HypervisorCall(Op, Machine);

/// <summary>Source, while it is copied: QEMU may plan for this pause from now on.</summary>
public sealed record AllowPause(long Op, Guid Machine, Guid Move, TimeSpan Pause) : HypervisorCall(Op, Machine);

/// <summary>Target: Prepare (QEMU waits for the incoming stream, its QMP socket of ours ready). Done carries cookie and URI.</summary>
/// <param name="Folder">Absolute path of the machine's folder on this host.</param>
public sealed record PrepareMove(long Op, MachineDefinition Definition, string Folder, Guid Move, string Xml, byte[]? Cookie, string ListenAddress)
    : HypervisorCall(Op, Definition.Id);

/// <summary>Source: Perform, which returns when QEMU has completed or failed. Progress and "completed" come as <see cref="MachineEvent"/>s.</summary>
/// <param name="MostMiB">MiB/s that the copy may take of its path; 0: all.</param>
public sealed record PerformMove(long Op, Guid Machine, Guid Move, string Uri, byte[]? Cookie, int MostMiB = 0) : HypervisorCall(Op, Machine);

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

/// <summary>Take a machine's signs of life. Done carries <see cref="HypervisorResult.Pulse"/>; the call changes nothing.</summary>
public sealed record TakePulse(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>Measure for a second how fast the guest dirties its memory; never while a migration of it is open. Done carries <see cref="HypervisorResult.Load"/>.</summary>
/// <param name="MemoryMiB">The machine's memory.</param>
public sealed record MeasureDirtyRate(long Op, Guid Machine, int MemoryMiB) : HypervisorCall(Op, Machine);

/// <summary>Read the machine's domain as it runs here, with the CPU that its guest has got; never while a migration of it is open. Done carries <see cref="HypervisorResult.Xml"/>.</summary>
public sealed record ReadDomain(long Op, Guid Machine) : HypervisorCall(Op, Machine);

/// <summary>Could this host give a machine of another host its CPU? Done = yes; a failure that is not <see cref="HypervisorResult.Unknown"/> names what is missing. It changes nothing.</summary>
/// <param name="Xml">What <see cref="ReadDomain"/> gave there.</param>
public sealed record CompareCpu(long Op, Guid Machine, string Xml) : HypervisorCall(Op, Machine);

/// <summary>
/// Work on the files of a machine's disks, by the host that has the right to it. Interrupted anywhere, the machine runs on and its disks are whole. It ends within ten minutes.
/// </summary>
/// <param name="Folder">Absolute path of the machine's folder on this host.</param>
/// <param name="Epoch">Of this host's right: what a host with an older one writes later does not count.</param>
/// <param name="Runs">It has a process here; else it has none anywhere.</param>
public sealed record ChangeDisks(long Op, MachineDefinition Definition, string Folder, ulong Epoch, bool Runs, Storage.DiskWork Work) : HypervisorCall(Op, Definition.Id);

/// <summary>The end of one <see cref="HypervisorCall"/>. <paramref name="Failure"/> null = done.</summary>
/// <param name="Unknown">True when nobody knows whether it happened (a deadline passed). Unknown is never taken for failed.</param>
public sealed record HypervisorResult(
    long Op, Guid Machine, string? Failure = null, bool Unknown = false, int Pid = 0, string? Xml = null, byte[]? Cookie = null, string? Uri = null,
    ImmutableArray<FoundMachine> Found = default, GuestPulse? Pulse = null, MemoryLoad? Load = null);

/// <summary>What a live migration has to carry.</summary>
/// <param name="DirtyMiBPerSecond">By samples, rounded down to whole MiB: 0 is less than 1.</param>
/// <param name="UsedMiB">Of the guest's memory; the rest was never written. Null: not known.</param>
public sealed record MemoryLoad(double DirtyMiBPerSecond, long? UsedMiB);

/// <summary>A QEMU process found on this host. Epoch is the one in its metadata (0 when there is none).</summary>
/// <param name="Running">Its CPUs run (QMP status), not merely its process.</param>
/// <param name="LetGo">Its guest was asked to shut down so that the machine runs elsewhere (<see cref="ShutDown.StaysWanted"/>).</param>
public sealed record FoundMachine(Guid Machine, string Name, ulong Epoch, int Pid, bool Running, bool LetGo = false);

/// <summary>Something a machine's QEMU or libvirt said by itself.</summary>
/// <param name="Progress">Of a <see cref="MachineEventKind.MigrationProgress"/> only.</param>
public sealed record MachineEvent(Guid Machine, MachineEventKind Kind, string Detail = "", MoveProgress? Progress = null);

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

    MigrationProgress,
}
