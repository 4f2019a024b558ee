using System.Collections.Immutable;

namespace Holdfast.Simulation.Exploration;

/// <summary>What a search has seen.</summary>
/// <param name="States">Different states, the first one included.</param>
/// <param name="Moves">Moves taken, those that led to a known state included.</param>
/// <param name="Depth">Moves on the longest of the shortest paths: every state within this many moves was seen.</param>
/// <param name="Complete">Nothing was cut off by depth or time: these are all states of the model.</param>
/// <param name="Violation">The first one found, on a shortest path; null when there is none.</param>
/// <param name="Path">The moves that lead to it.</param>
public sealed record SearchReport(
    string Name, long States, long Moves, int Depth, bool Complete, TimeSpan Took, string? Violation, ImmutableArray<string> Path)
{
    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{Name}: {States:N0} states, {Moves:N0} moves, depth {Depth}{(Complete ? ", all of them" : "")}, {Took.TotalSeconds:0.0} s: {Violation ?? "no violation"}");
}

/// <summary>Where a search stands, after each depth.</summary>
public sealed record SearchProgress(int Depth, long States, long Frontier, TimeSpan Took);
