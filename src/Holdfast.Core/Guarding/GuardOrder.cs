using System.Text.Json.Serialization;

namespace Holdfast.Core.Guarding;

/// <summary>
/// What the agent orders its guard to do. One JSON object a line over the guard's unix socket; every order is answered by one
/// <see cref="GuardAnswer"/> with the same <see cref="Id"/>. All times are milliseconds; all moments are nanoseconds of CLOCK_BOOTTIME.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "order")]
[JsonDerivedType(typeof(OpenArea), "open-area")]
[JsonDerivedType(typeof(CloseArea), "close-area")]
[JsonDerivedType(typeof(Grant), "grant")]
[JsonDerivedType(typeof(Revoke), "revoke")]
[JsonDerivedType(typeof(Rejoin), "rejoin")]
[JsonDerivedType(typeof(SlotNote), "slot-note")]
[JsonDerivedType(typeof(HandOverOpen), "hand-over-open")]
[JsonDerivedType(typeof(Report), "report")]
public abstract record GuardOrder
{
    /// <summary>Chosen by the agent, grows; the answer carries it back.</summary>
    public long Id { get; init; }
}

/// <summary>
/// Begin to renew a heartbeat slot. The agent sends it only after the host record holds <paramref name="Incarnation"/> (DESIGN §4, rejoin).
/// The same area with the same incarnation again is answered Done and changes nothing (an agent that restarted).
/// </summary>
/// <param name="Datastore">The datastore's id in the cluster; the key of all later orders.</param>
/// <param name="SlotFile">Absolute path of this host's slot file or the raw device.</param>
/// <param name="Offset">Byte offset of the slot block in it, a multiple of the block size.</param>
/// <param name="CommittedAt">Moment at which the committing write of the incarnation began: it counts as the first renewal's start.</param>
public sealed record OpenArea(
    string Datastore, string SlotFile, long Offset, Guid AreaId, Guid ClusterId, int Slot, Guid Incarnation, Guid BootId,
    int RenewMs, int TtlMs, int StopMs, int WatchdogMs, int AgentlessMs, long CommittedAt) : GuardOrder;

/// <summary>Stop renewing. Refused while a machine with a grant on this datastore still has a process.</summary>
public sealed record CloseArea(string Datastore) : GuardOrder;

/// <summary>
/// The QEMU process with this domain UUID may exist and execute as long as the rights on all <paramref name="Datastores"/> hold.
/// A newer epoch replaces an older one; an older one is refused. Refused when a datastore's right has expired or is not open.
/// </summary>
/// <param name="QmpSocket">Our own QMP socket of that process (for the early <c>stop</c> at 0.7·ttl), or null.</param>
public sealed record Grant(Guid Machine, ulong Epoch, string[] Datastores, string? QmpSocket) : GuardOrder;

/// <summary>Take a grant back. A process that still lives is frozen at the next look (deny by default).</summary>
public sealed record Revoke(Guid Machine, ulong Epoch) : GuardOrder;

/// <summary>
/// After an expiry: a commit has given the host <paramref name="Incarnation"/>. Un-latches the area, thaws (SIGCONT, then QMP <c>cont</c>
/// if it had stopped it) exactly <paramref name="Thaw"/>, and SIGKILLs every other frozen machine of this datastore.
/// Refused when the area is not expired, or the committing write began longer ago than ttl.
/// </summary>
public sealed record Rejoin(string Datastore, Guid Incarnation, long CommittedAt, Thawed[] Thaw) : GuardOrder;

/// <summary>A machine that the table still gives to this host, with the epoch of its new entry.</summary>
public sealed record Thawed(Guid Machine, ulong Epoch);

/// <summary>What the agent wants said in this host's slot from the next renewal on.</summary>
/// <param name="Flags">Bits of the slot block's flags; the guard adds its own (agentless).</param>
/// <param name="Reach">Bit per slot: hosts that this host reaches over the networks, both ways.</param>
public sealed record SlotNote(uint Flags, ulong Reach, uint FreeMemoryMiB, uint FreeCpuPercent) : GuardOrder;

/// <summary>A hand-over is open on this host (true) or not: without an agent the guard then renews only for 5 s.</summary>
public sealed record HandOverOpen(bool Open) : GuardOrder;

/// <summary>Asks for a <see cref="GuardReport"/> now; it is also the agent's sign of life (sent at least once a second).</summary>
public sealed record Report : GuardOrder;
