namespace Holdfast.Simulation;

/// <summary>One broken rule.</summary>
/// <param name="Rule">The checker's name, as in docs/invariants.md.</param>
/// <param name="At">True time since the start of the run.</param>
public sealed record Violation(string Rule, TimeSpan At, string What);
