namespace Holdfast.Api;

/// <summary><c>GET /v1/networks</c>: who hears whom over which network, how well, in which direction.</summary>
public sealed record NetworkReport
{
    /// <summary>The answering host. Up and down come from all hosts' heartbeats; loss and delay from every agent that answered.</summary>
    public required string Host { get; init; }

    /// <summary>What is most likely broken ("h2's storage cable", "the cluster switch"), the most comprehensive first; empty when nothing is.</summary>
    public string[] Culprits { get; set; } = [];

    public NetworkMatrix[] Networks { get; set; } = [];
}

/// <param name="Roles">cluster, migration, storage, guest.</param>
/// <param name="Directions">From every host to every other.</param>
public sealed record NetworkMatrix(string Name, string[] Roles, Direction[] Directions);

/// <summary>One direction between two hosts on one network.</summary>
/// <param name="State">Whether <paramref name="To"/> hears <paramref name="From"/> now; degraded: it does, and too much is lost.</param>
/// <param name="LossPercent">Of the heartbeats of the last quarter of a minute; null: not measured.</param>
/// <param name="DelayMs">Half of the shortest round trip, and what this direction adds to it on average; null: not measured.</param>
/// <param name="SpreadMs">Mean difference of the delay from its mean.</param>
public sealed record Direction(string From, string To, Health State, double? LossPercent = null, double? DelayMs = null, double? SpreadMs = null);
