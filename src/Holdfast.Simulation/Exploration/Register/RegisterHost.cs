using System.Collections.Immutable;
using Holdfast.Core.Leases;

namespace Holdfast.Simulation.Exploration.Register;

/// <summary>One host of a <see cref="RegisterWorld"/>.</summary>
internal sealed record RegisterHost(int Slot, HostBounds Left)
{
    /// <summary>Null while it is down.</summary>
    public RegisterState? State { get; init; }

    /// <summary>No earlier process of it can have a write in flight any more.</summary>
    public bool Drained { get; init; } = true;

    /// <summary>The write that it waits for. Null also when it hangs: then it is among the world's late writes.</summary>
    public RegisterEffect.WriteOwnArea? Write { get; init; }

    public ImmutableArray<AskedRead> Reads { get; init; } = [];

    /// <summary>Number of its next batch, over all its processes.</summary>
    public int NextBatch { get; init; } = 1;
}

/// <param name="Found">What the store answered, when the answer is under way and late.</param>
internal sealed record AskedRead(long Ticket, int Slot, ulong KnownVersion, BallotReading? Found = null);

/// <summary>A write that has left a host, was not answered, and may still land.</summary>
/// <param name="Ticket">The host still waits for its end under this ticket; 0 when it does not, or lives no more.</param>
internal sealed record LateWrite(int Slot, int Side, BallotRecord Record, long Ticket);
