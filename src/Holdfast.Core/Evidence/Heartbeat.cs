using Holdfast.Core.Leases;

namespace Holdfast.Core.Evidence;

/// <summary>
/// What a host says to every peer on every network, a few times a second. <paramref name="Heard"/> makes a round trip provable: bit n is set
/// when the sender has heard slot n on this same network within the last <c>suspect</c>.
/// </summary>
/// <param name="Network">Name of the network it is sent on.</param>
/// <param name="Sequence">Grows with every heartbeat of this incarnation of the sender's agent.</param>
public sealed record Heartbeat(int Slot, Guid BootId, string Network, ulong Sequence, ulong Heard, HeartbeatFlags Flags);
