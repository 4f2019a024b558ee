namespace Holdfast.Cli.Commands.Drill;

/// <summary>One line of <c>holdfast drill report</c>: a protection, and whether it was seen at work.</summary>
/// <param name="Runs">How often it was run.</param>
/// <param name="Last">The last run; null: never, the protection is unproven.</param>
internal sealed record DrillProof(string Name, string Title, Fate Fate, int Runs, DrillReport? Last)
{
    public static DrillProof[] Of(IReadOnlyList<DrillReport> reports) =>
        [.. Drills.All.Select(drill => new DrillProof(drill.Name, drill.Title, drill.Fate, reports.Count(r => r.Name == drill.Name), reports.LastOrDefault(r => r.Name == drill.Name)))];

    /// <summary>The worst that a machine had to bear.</summary>
    public DrillMachine? Worst => Last?.Machines.MaxBy(m => (m.Wrong is not null, m.OutageSeconds));
}
