using System.Collections.Immutable;

namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>A path, and where it led.</summary>
internal sealed record HandOverState(ImmutableArray<Move> Path, ImmutableArray<Move> Moves)
{
    public HandOverWorld? World { get; set; }
}

/// <summary>
/// Every order in which a live migration's calls, messages, commits and faults can happen, for whole real agents. They hold continuations, so a state is
/// reached by doing its path again. For each new state it is also asked what becomes of it when nothing more goes wrong: one running copy, or it is a violation.
/// </summary>
internal sealed class HandOverModel(HandOverBounds bounds) : IModel<HandOverState>
{
    private readonly HashSet<UInt128> settling = [];

    public HandOverState Initial => Look([]);

    public string? Violation(HandOverState state)
    {
        // Settling uses the world up, and the frontier is to hold paths, not worlds.
        var world = state.World!;
        state.World = null;
        return world.Violation ?? world.Settle(settling);
    }

    public void Write(HandOverState state, StateBytes bytes) => state.World!.Write(bytes);

    public IEnumerable<(Move Move, HandOverState Next)> Next(HandOverState state) => state.Moves.Select(move => (move, Look(state.Path.Add(move))));

    private HandOverState Look(ImmutableArray<Move> path)
    {
        var world = new HandOverWorld(bounds);
        foreach (var move in path)
        {
            world.Do(move);
        }

        return new(path, [.. world.Moves().Distinct()]) { World = world };
    }
}
