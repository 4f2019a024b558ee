namespace Holdfast.Cli.Commands.Drill;

/// <summary>One line of <c>holdfast drill list</c>.</summary>
internal sealed record DrillSummary(string Name, string Title, Fate Fate, string? Struck, string[] Script);
