using System.Collections.Immutable;

namespace Holdfast.Core.Leases;

/// <summary>What the register wants done, or says.</summary>
public abstract record RegisterEffect
{
    private RegisterEffect()
    {
    }

    /// <summary>Read these areas, all at once. Each is answered for itself, with this ticket; tables of versions up to <paramref name="KnownVersion"/> may be left out.</summary>
    public sealed record ReadAreas(long Ticket, ImmutableArray<Slot> Slots, ulong KnownVersion) : RegisterEffect;

    /// <summary>Write the own area. There is never a second one before this has ended.</summary>
    public sealed record WriteOwnArea(long Ticket, int Side, BallotRecord Record) : RegisterEffect;

    /// <summary>
    /// The batch is decided: each command's outcome. <paramref name="Table"/> is the newest chosen table, which may be newer than the batch's own
    /// version (the epoch in the outcomes). When all were refused nothing was written; the refusals were true at that version.
    /// </summary>
    public sealed record Committed(BatchId Batch, LeaseTable Table, ImmutableArray<CommandOutcome> Outcomes) : RegisterEffect;

    /// <summary>A newer table is chosen.</summary>
    public sealed record Learned(LeaseTable Table) : RegisterEffect;

    /// <summary>Answer to <see cref="RegisterInput.Prepare"/>: at some instant since then this was the newest chosen table, and the promise for the next is held.</summary>
    public sealed record Confirmed(LeaseTable Table) : RegisterEffect;

    /// <summary>
    /// The batch ends here. Of a stranger's nothing was written. After <see cref="RolledBack"/> nobody knows: a value that this host had accepted may
    /// still be chosen by another host's ballot, so nothing may be done that is right only if it was not committed.
    /// </summary>
    public sealed record Refused(BatchId Batch, string Sentence) : RegisterEffect;

    /// <summary>The register cannot go on until something outside changes; it tries again by itself. Said once per cause.</summary>
    public sealed record Blocked(string Sentence) : RegisterEffect;

    /// <summary>It goes on.</summary>
    public sealed record Unblocked : RegisterEffect;

    /// <summary>The datastore was rolled back (or two processes write as this host). Final: nothing is started, given or taken any more.</summary>
    public sealed record RolledBack(string Sentence) : RegisterEffect;
}
