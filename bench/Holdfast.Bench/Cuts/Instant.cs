namespace Holdfast.Bench.Cuts;

/// <summary>When something is cut.</summary>
internal abstract record Instant(string Name)
{
    /// <summary>Every instant, in the order of a migration.</summary>
    public static IReadOnlyList<Instant> All { get; } =
    [
        .. new[] { 0, 25, 50, 75, 99 }.Select(percent => new Copied(percent)),
        new Step("performed, not frozen", End.Source, "before-FreezeAndLook"),
        new Step("frozen and complete", End.Target, "before-MoveComplete"),
        new Step("commit on its way", End.Source, "before-CommitMove"),
        new Step("commit written, unknown", End.Source, "after-CommitMove"),
        new Step("committed, target untold", End.Source, "before-MoveCommitted"),
        new Step("target about to resume", End.Target, "before-Continue"),
        new Step("target resumed", End.Source, "before-End"),
    ];

    /// <summary>So much of the memory has gone over; 99: or the guest has stopped for the last of it.</summary>
    public sealed record Copied(int Percent) : Instant($"{Percent} %");

    /// <summary>In the hand-over, where the agent of one end holds its step.</summary>
    public sealed record Step(string Name, End By, string Point) : Instant(Name);
}
