namespace Holdfast.Core.Leases;

/// <summary>What the register may be told.</summary>
public abstract record RegisterInput
{
    private RegisterInput()
    {
    }

    /// <summary>First of all: read the own area.</summary>
    public sealed record Start : RegisterInput;

    /// <summary>Commit this batch. Several may wait; they are committed in order, each for itself.</summary>
    public sealed record Submit(TableBatch Batch) : RegisterInput;

    /// <summary>
    /// Find out the newest version for certain, and take the promise for the next one in advance, so that the next commit costs one write and
    /// one round of reads. Answered by <see cref="RegisterEffect.Confirmed"/>.
    /// </summary>
    public sealed record Prepare : RegisterInput;

    /// <summary>Read the members' areas and learn what they announce as chosen. Does nothing while a ballot is under way, which reads them anyway.</summary>
    public sealed record Poll : RegisterInput;

    /// <summary>One area of a <see cref="RegisterEffect.ReadAreas"/> was read.</summary>
    public sealed record AreaRead(long Ticket, Slot Slot, BallotReading Reading) : RegisterInput;

    /// <summary>One area could not be read: its content is unknown, never empty.</summary>
    public sealed record AreaUnreadable(long Ticket, Slot Slot, AreaFault Fault) : RegisterInput;

    /// <summary>The end of a <see cref="RegisterEffect.WriteOwnArea"/>.</summary>
    public sealed record WriteEnded(long Ticket, WriteOutcome Outcome) : RegisterInput;

    /// <summary>Time has passed; expected at <see cref="LeaseRegister.WakeAt"/>.</summary>
    public sealed record Tick : RegisterInput;
}

/// <summary>How a write ended.</summary>
public enum WriteOutcome
{
    /// <summary>It is on stable storage.</summary>
    Done,

    /// <summary>It ended with an error; it may or may not land, now or until drain has passed.</summary>
    Lost,

    /// <summary>No answer within the limit. It is still in flight: a second end (Done or Lost) follows if it ever comes back.</summary>
    Unanswered,
}
