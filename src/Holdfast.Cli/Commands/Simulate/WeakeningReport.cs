using Holdfast.Simulation;

namespace Holdfast.Cli.Commands.Simulate;

/// <summary>What came of trying the run with one protection switched off.</summary>
/// <param name="Allowed">Seeds, from 1 on, of which one had to show it.</param>
/// <param name="Seed">The first seed that showed it; null: none did.</param>
/// <param name="Rule">The invariant that was seen broken.</param>
internal sealed record WeakeningReport(string Name, string What, int Allowed, ulong? Seed, string? Rule, string? Violation)
{
    public static WeakeningReport Of(WeakeningTrial trial) =>
        new(trial.Name, trial.What, trial.Allowed, trial.Seed, trial.Violation?.Rule, trial.Violation?.What);

    public override string ToString() => Seed is { } seed
        ? $"{Name}: caught by seed {seed} of {Allowed}: {Rule}: {Violation}"
        : $"{Name}: NOT caught within {Allowed} seeds ({What})";
}
