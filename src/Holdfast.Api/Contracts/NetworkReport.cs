namespace Holdfast.Api;

/// <summary><c>GET /v1/networks</c>: who hears whom over which network, how well, in which direction.</summary>
public sealed record NetworkReport
{
    /// <summary>The answering host. Up and down come from all hosts' heartbeats; loss and delay from every agent that answered.</summary>
    public required string Host { get; init; }

    /// <summary>What is most likely broken ("h2's storage cable", "the cluster switch"), the most comprehensive first; empty when nothing is.</summary>
    public string[] Culprits { get; set; } = [];

    public NetworkMatrix[] Networks { get; set; } = [];

    /// <summary>Whether the isolation addresses answer each host that was asked: evidence only.</summary>
    public AddressAnswer[]? Addresses { get; set; }
}

/// <param name="Host">Who pings it.</param>
/// <param name="Answers">Null: not known yet.</param>
public sealed record AddressAnswer(string Address, string Host, bool? Answers);

/// <param name="Roles">cluster, migration, storage, guest.</param>
/// <param name="Directions">From every host to every other.</param>
/// <param name="Links">The hosts' own links, as their kernels say; a host whose link is not known is missing.</param>
public sealed record NetworkMatrix(string Name, string[] Roles, Direction[] Directions, HostLink[]? Links = null);

/// <param name="Mtu">Largest IP packet; null: only the carrier is known, by the host's heartbeats.</param>
public sealed record HostLink(string Host, bool Carrier, int? Mtu = null, Bond? Bond = null);

/// <param name="Mode">"active-backup", "802.3ad" …</param>
/// <param name="Up">How many of its members carry it.</param>
public sealed record Bond(string Mode, int Up, int Members);

/// <summary>One direction between two hosts on one network.</summary>
/// <param name="State">Whether <paramref name="To"/> hears <paramref name="From"/> now; degraded: it does, and too much is lost, or not every size passes.</param>
/// <param name="LossPercent">Of the heartbeats of the last quarter of a minute; null: not measured.</param>
/// <param name="DelayMs">Half of the shortest round trip, and what this direction adds to it on average; null: not measured.</param>
/// <param name="SpreadMs">Mean difference of the delay from its mean.</param>
/// <param name="HoleBytes">Packets of this size do not pass, though smaller ones do (an MTU hole); null: no such hole is known.</param>
public sealed record Direction(string From, string To, Health State, double? LossPercent = null, double? DelayMs = null, double? SpreadMs = null, int? HoleBytes = null);
