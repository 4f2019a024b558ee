using System.Collections.Immutable;

namespace Holdfast.Core.Evidence;

/// <summary>A machine's signs of life at one instant, as its host sees them from outside. Each is a signal of its own; <see cref="GuestWatch"/> judges them.</summary>
/// <param name="At">When it was taken, by the host's monotonic clock; only differences count.</param>
/// <param name="DiskRequests">Requests of all its disks that QEMU has completed since its process began.</param>
/// <param name="Cpus">For each virtual CPU, the time for which its thread has wanted a processor since it began: ran, or waited for one that was busy.</param>
/// <param name="WaitsForStorage">A thread of its QEMU waits in the kernel for a disk (state D): whatever it does not do now is the storage's doing.</param>
public sealed record GuestPulse(TimeSpan At, GuestAgentSign Agent, long DiskRequests, ImmutableArray<TimeSpan> Cpus, bool WaitsForStorage)
{
    /// <summary>What its process holds of the host's memory; null: not known.</summary>
    public long? MemoryMiB { get; init; }
}

/// <summary>What the guest agent in a machine (qemu-ga) had to say.</summary>
public enum GuestAgentSign
{
    /// <summary>It could not be asked, through no fault of the guest.</summary>
    Unknown,

    /// <summary>No guest agent has the channel open: none is installed, it has ended, or the guest is still booting.</summary>
    Absent,

    /// <summary>An agent has the channel open and did not answer in time.</summary>
    Silent,

    Answers,
}
