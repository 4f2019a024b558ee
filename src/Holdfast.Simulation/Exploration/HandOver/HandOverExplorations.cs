using Holdfast.Core.Migration;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>The searches of the hand-over: the sound one, and one for each rule left out.</summary>
internal static class HandOverExplorations
{
    public static IReadOnlyList<Exploration> All { get; } =
    [
        Sound("one-fault", "one fault of any kind", 2, new(Faults: 1)),
        Sound("two-faults", "two faults of any kind", 2, new(Faults: 2)),
        Sound("storage", "the source or the target loses the storage, a host its power, no deadline passes", 4, new(Faults: 2, HandOverFaults.Storage | HandOverFaults.Power, Waits: false)),
        Sound("agents", "agents die between any two effects, no deadline passes", 8, new(Faults: 1, HandOverFaults.Crash, Waits: false)),
        Flawed("ResumesWithoutCommit", "the target resumes its complete copy without the source's commit", 12, new(1, HandOverFaults.Resume, Waits: false) { Flaws = MoveFlaws.ResumesWithoutCommit }),
        Flawed("TakesTakeoverForCommit", "the target takes a takeover for the source's commit", 12, new(2, HandOverFaults.Power | HandOverFaults.Resume, Waits: false) { Flaws = MoveFlaws.TakesTakeoverForCommit }),
        Flawed("CommitsWithoutFreeze", "the source commits without having frozen its copy", 14, new(1, HandOverFaults.Resume, Waits: false) { Flaws = MoveFlaws.CommitsWithoutFreeze }),
        Flawed("LooksBeforeFreeze", "the source is looked at before it is frozen, not after", 14, new(1, HandOverFaults.Resume, Waits: false) { LooksBeforeFreeze = true }),
        Flawed("ThawsWithoutCommit", "a guard lets its machines run on when the storage is back", 8, new(1, HandOverFaults.Storage, Waits: false) { ThawsWithoutCommit = true }),
    ];

    private static Exploration Sound(string name, string meaning, int shortDepth, HandOverBounds bounds) => Exploration.Of(name, meaning, 1_000, shortDepth, finds: false, new HandOverModel(bounds));

    private static Exploration Flawed(string name, string meaning, int depth, HandOverBounds bounds) => Exploration.Of(name, meaning, depth, depth, finds: true, new HandOverModel(bounds));
}
