namespace Holdfast.Core.Migration;

/// <summary>Rules of the hand-over left out on purpose, so that the tests can show that the state search finds each omission.</summary>
[Flags]
internal enum MoveFlaws
{
    None = 0,

    /// <summary>The target resumes its complete copy without the source's commit.</summary>
    ResumesWithoutCommit = 1,

    /// <summary>The target takes any Held(it) for the source's commit, a takeover too.</summary>
    TakesTakeoverForCommit = 2,

    /// <summary>The source commits without having frozen its copy.</summary>
    CommitsWithoutFreeze = 4,

    /// <summary>A restarted agent resumes a stopped process whatever its epoch.</summary>
    ResumesInDoubt = 8,
}
