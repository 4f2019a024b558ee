namespace Holdfast.Core.Evidence;

/// <summary>
/// What a host says to every peer on every network, a few times a second. <paramref name="Heard"/> makes a round trip provable: bit n is set
/// when the sender has heard slot n on this same network within the last <c>suspect</c>.
/// </summary>
/// <param name="Network">Name of the network it is sent on.</param>
/// <param name="Sequence">Grows with every heartbeat of this incarnation of the sender's agent.</param>
public sealed record Heartbeat(int Slot, Guid BootId, string Network, ulong Sequence, ulong Heard, HostFlags Flags);

/// <summary>What a host says of itself, in heartbeats and in its slot. Same bits in both.</summary>
[Flags]
public enum HostFlags : uint
{
    None = 0,

    /// <summary>The host reaches no peer over any network.</summary>
    Isolated = 1,

    /// <summary>The host's etcd client sees no quorum.</summary>
    NoQuorum = 2,

    /// <summary>The guest network's link is down.</summary>
    GuestDown = 4,

    /// <summary>Set by the guard: no agent has spoken to it for a while.</summary>
    Agentless = 8,

    /// <summary>The host takes no machines (joining, leaving, disarmed, or its verdict says so).</summary>
    TakesNothing = 16,
}
