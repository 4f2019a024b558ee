using System.Collections.Immutable;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Evidence;

/// <summary>What a host says to every peer on every network, a few times a second.</summary>
/// <param name="Network">Name of the network it is sent on; one of those in <paramref name="Heard"/>.</param>
/// <param name="Sequence">Grows by one with every beat of one process of the sender's agent: a gap is a loss.</param>
/// <param name="Uptime">
/// The sender's boot clock. It grows over restarts of the agent within a boot, so (boot id, uptime) tells a replay from news. It means nothing to
/// anybody else but in its difference from another one of the same boot.
/// </param>
/// <param name="Heard">
/// Per network of the sender: bit n is set when it has heard slot n there within the last <c>suspect</c>. Two such words prove a round trip, and as
/// every beat carries all networks, a host that is cut off from one learns over the others who hears whom on it.
/// </param>
/// <param name="Echo">What the sender measures of this very receiver's beats on this network; null before it has heard one.</param>
public sealed record Heartbeat(
    int Slot, Guid BootId, string Network, ulong Sequence, TimeSpan Uptime, ImmutableSortedDictionary<string, ulong> Heard, HeartbeatFlags Flags, HeartbeatEcho? Echo)
{
    /// <summary>The sender also sends <see cref="MtuProbe"/>s of this many bytes on this network; 0: none.</summary>
    public int ProbeBytes { get; init; }

    /// <summary>Networks on which the sender's own link has no carrier.</summary>
    public ImmutableSortedSet<string> Unplugged { get; init; } = [];

    /// <summary>What the sender's processors and memory do; null: not measured yet.</summary>
    public HostLoad? Load { get; init; }
}

/// <summary>
/// A packet as large as the sender's link allows, never fragmented, sent every <c>probe</c>: where small packets pass and these do not there is an MTU hole, in
/// which a migration would stall while every heartbeat says that all is well.
/// </summary>
/// <param name="Uptime">As in <see cref="Heartbeat"/>.</param>
/// <param name="Bytes">The whole IP packet.</param>
public sealed record MtuProbe(int Slot, Guid BootId, string Network, TimeSpan Uptime, int Bytes)
{
    /// <summary>Smaller ones say nothing that heartbeats do not say; the least that IPv6 allows.</summary>
    public const int LeastBytes = 1280;

    /// <summary>What fits the field of an IP packet's length.</summary>
    public const int MostBytes = 65_535;
}

/// <summary>One direction of a link, told back to whoever sends on it.</summary>
/// <param name="Sequence">The newest beat of the receiver that came in.</param>
/// <param name="Held">How long ago that was: what is left of the time since it was sent is the round trip.</param>
/// <param name="Loss">Share of the window's beats that did not come in, 0 to 1.</param>
/// <param name="Spread">Mean difference of the beats' time on the way from its mean.</param>
public sealed record HeartbeatEcho(ulong Sequence, TimeSpan Held, double Loss, TimeSpan Spread)
{
    /// <summary>The receiver's probes of this many bytes do not come in, though smaller packets do; 0: no such hole is known.</summary>
    public int Hole { get; init; }
}
