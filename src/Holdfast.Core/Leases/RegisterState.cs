using System.Collections.Immutable;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Leases;

/// <summary>Where a register stands between two inputs.</summary>
public enum RegisterPhase
{
    /// <summary>Not started.</summary>
    New,

    /// <summary>Reading the own area, at the start or after a write of unknown outcome.</summary>
    ReadingBack,

    /// <summary>Nothing under way, or a poll.</summary>
    Idle,

    /// <summary>Phase 1: writing the promise.</summary>
    Promising,

    /// <summary>Phase 1: reading the others.</summary>
    AskingPromise,

    /// <summary>Phase 2: writing the accepted value.</summary>
    Accepting,

    /// <summary>Phase 2: reading the others.</summary>
    AskingAccepted,

    /// <summary>Until WakeAt: backing off, or no write allowed yet.</summary>
    Waiting,

    /// <summary>A write got no answer and is still in flight.</summary>
    Hung,

    /// <summary>Until WakeAt: a write was lost and may land until drain has passed.</summary>
    Draining,

    /// <summary>Rolled back; final.</summary>
    Broken,
}

/// <summary>The register's whole state: immutable, so that a state search can branch on it.</summary>
internal sealed record RegisterState(RegisterSettings Settings)
{
    public RegisterPhase Phase { get; init; }

    /// <summary>The newest version known to be chosen.</summary>
    public LeaseTable Chosen { get; init; } = LeaseTable.Empty;

    /// <summary>The own area's last acknowledged content, and its side.</summary>
    public BallotRecord? Own { get; init; }

    public int Side { get; init; }

    /// <summary>The record of the write under way.</summary>
    public BallotRecord? Writing { get; init; }

    /// <summary>The own ballot for <c>Chosen.Version + 1</c>.</summary>
    public Ballot Ballot { get; init; }

    /// <summary>Phase 1 of <see cref="Ballot"/> was completed and nobody had accepted anything: a value of our own may be accepted at once.</summary>
    public bool Prepared { get; init; }

    /// <summary>The highest promise seen in others' areas for <c>Chosen.Version + 1</c>.</summary>
    public Ballot Highest { get; init; }

    /// <summary>The highest accepted value found in this round of reads.</summary>
    public Ballot BestBallot { get; init; }

    public LeaseTable? BestTable { get; init; }

    /// <summary>Phase 1 ended in this very step, so that what holds in <see cref="Chosen"/> holds now.</summary>
    public bool Fresh { get; init; }

    public long Ticket { get; init; }

    /// <summary>The ticket of the poll under way; polls and ballots do not mix their answers.</summary>
    public long PollTicket { get; init; }

    public ImmutableSortedSet<Slot> Awaited { get; init; } = [];

    /// <summary>Awaited areas whose last read failed.</summary>
    public ImmutableSortedSet<Slot> Failed { get; init; } = [];

    /// <summary>The highest sequence seen in each area; one below it, in a read begun after that, is a rollback.</summary>
    public ImmutableSortedDictionary<Slot, ulong> SeenSequences { get; init; } = ImmutableSortedDictionary<Slot, ulong>.Empty;

    /// <summary><see cref="SeenSequences"/> when the reads of <see cref="Ticket"/> were asked for.</summary>
    public ImmutableSortedDictionary<Slot, ulong> Floor { get; init; } = ImmutableSortedDictionary<Slot, ulong>.Empty;

    public ImmutableSortedDictionary<Slot, ulong> PollFloor { get; init; } = ImmutableSortedDictionary<Slot, ulong>.Empty;

    /// <summary>The own area was read back after <see cref="RegisterSettings.WriteFrom"/>, so that it may be written.</summary>
    public bool Settled { get; init; }

    public ImmutableQueue<TableBatch> Batches { get; init; } = [];

    /// <summary>The version that the first batch was last proposed for, and what its commands came to on it.</summary>
    public ulong ProposedVersion { get; init; }

    public ImmutableArray<CommandOutcome> ProposedOutcomes { get; init; } = [];

    public bool WantsConfirmation { get; init; }

    /// <summary>We finished a ballot on <see cref="Chosen"/>, and no area says so yet.</summary>
    public bool MustAnnounce { get; init; }

    public bool SaidBlocked { get; init; }

    /// <summary>Ballots lost in a row.</summary>
    public int Lost { get; init; }

    public Moment WakeAt { get; init; } = Moment.Never;

    public bool HasWork => !Batches.IsEmpty || WantsConfirmation || MustAnnounce;
}
