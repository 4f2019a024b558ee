namespace Holdfast.Cli.Commands.Drill;

/// <summary>One line of <c>holdfast drill list</c>.</summary>
/// <param name="Live">It can be run on a host of a live cluster too.</param>
internal sealed record DrillSummary(string Name, string Title, Fate Fate, string? Struck, string[] Script, bool Live);
