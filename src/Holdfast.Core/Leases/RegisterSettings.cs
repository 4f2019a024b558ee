using Holdfast.Core.Timing;

namespace Holdfast.Core.Leases;

/// <summary>What a register needs to know of its host and store.</summary>
/// <param name="Drain">The store's; <see cref="TimingPlan.Infinite"/> means that after a lost write this register never writes again.</param>
/// <param name="WriteFrom">No write before this: drain after the end of any earlier process or boot of this host that may have had a write in flight.</param>
/// <param name="SeenVersion">The highest version this host has ever seen (kept outside the store); an area below it was rolled back.</param>
public sealed record RegisterSettings(Slot Own, TimeSpan Drain, Moment WriteFrom, ulong SeenVersion = 0)
{
    /// <summary>How long a ballot takes at most in normal times: who loses one waits at least half of this and as much more for each member before it.</summary>
    public TimeSpan BackoffStep { get; init; } = TimeSpan.FromMilliseconds(8);

    /// <summary>An area that could not be read is tried again after this.</summary>
    public TimeSpan ReadAgain { get; init; } = TimeSpan.FromMilliseconds(100);

    internal RegisterFlaws Flaws { get; init; }
}

/// <summary>Rules left out on purpose, so that the tests can show that the state search finds each omission.</summary>
[Flags]
internal enum RegisterFlaws
{
    None = 0,

    /// <summary>A poll believes an accepted value (rule 1).</summary>
    ActsOnAccepted = 1,

    /// <summary>The area has one side only (rule 2).</summary>
    OneSide = 2,

    /// <summary>An unanswered write is taken as failed, and the next one follows (rule 3).</summary>
    ForgetsUnanswered = 4,

    /// <summary>An area that cannot be read counts as empty (rule 2).</summary>
    UnreadableIsEmpty = 8,

    /// <summary>Phase 1 does not read the others.</summary>
    SkipsPromiseRead = 16,

    /// <summary>Phase 2 does not read the others.</summary>
    SkipsAcceptedRead = 32,

    /// <summary>A value that phase 1 found accepted is passed over for the own one.</summary>
    IgnoresFound = 64,

    /// <summary>A promise does not carry on what this host has accepted.</summary>
    DropsAccepted = 128,

    /// <summary>Another's higher promise does not end the ballot.</summary>
    IgnoresHigherPromise = 256,

    /// <summary>A host without a slot proposes (rule 4).</summary>
    ProposesAsStranger = 512,
}
