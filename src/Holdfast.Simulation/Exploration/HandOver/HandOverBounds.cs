using Holdfast.Core.Migration;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>How much may happen in one search of the hand-over.</summary>
/// <param name="Faults">Crashes, power losses, lost storage, lost messages, failed calls, dying processes, all together.</param>
/// <param name="Waits">Half a minute may pass at any moment, so that every deadline of an agent passes, also while a call is under way.</param>
internal sealed record HandOverBounds(int Faults, HandOverFaults Kinds = HandOverFaults.All, bool Waits = true)
{
    public MoveFlaws Flaws { get; init; }

    /// <summary>The adapter's look at the source comes before its freeze only.</summary>
    public bool LooksBeforeFreeze { get; init; }

    /// <summary>A guard lets its machines run on when the storage is back, without a commit.</summary>
    public bool ThawsWithoutCommit { get; init; }
}

[Flags]
internal enum HandOverFaults
{
    None = 0,

    /// <summary>An agent dies, between any two effects.</summary>
    Crash = 1,

    /// <summary>A host loses its power.</summary>
    Power = 2,

    /// <summary>A host loses the storage, and its right may expire.</summary>
    Storage = 4,

    /// <summary>A message is lost, or only its receipt.</summary>
    Message = 8,

    /// <summary>A hypervisor call fails, or its end gets lost, or the migration breaks after the target is complete.</summary>
    Call = 16,

    /// <summary>A QEMU process dies.</summary>
    Death = 32,

    /// <summary>The source's QEMU or libvirt resumes it by itself.</summary>
    Resume = 64,
    All = Crash | Power | Storage | Message | Call | Death | Resume,
}
