using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;

namespace Holdfast.Runtime.Ports;

/// <summary>Opens the lease areas of datastores.</summary>
public interface ILeaseAreas
{
    /// <summary>
    /// Open the area under <paramref name="path"/> for the host in <paramref name="slot"/>. <paramref name="done"/> is called exactly once within a limit:
    /// the area, or one sentence that names what is wrong and the way out.
    /// </summary>
    void Open(string path, ClusterId cluster, int slot, Action<ILeaseArea?, string?> done);
}

/// <summary>
/// One opened lease area. No member blocks. All reads and writes bypass every cache. Each operation ends within a limit; a write that got no
/// answer is reported <see cref="WriteOutcome.Unanswered"/> and ends a second time if it ever comes back.
/// </summary>
public interface ILeaseArea
{
    AreaIdentity Identity { get; }

    /// <summary>Absolute path of this host's heartbeat slot, for the guard.</summary>
    string SlotFile { get; }

    long SlotOffset { get; }

    /// <summary>Each slot is answered for itself by an AreaRead or an AreaUnreadable.</summary>
    void Read(RegisterEffect.ReadAreas read, Action<RegisterInput> done);

    void Write(RegisterEffect.WriteOwnArea write, Action<RegisterInput> done);

    /// <summary>The heartbeat blocks of these slots, with the moments at which each read began and was complete.</summary>
    void ReadSlots(ImmutableArray<int> slots, Action<ImmutableArray<SlotReading>> done);
}
