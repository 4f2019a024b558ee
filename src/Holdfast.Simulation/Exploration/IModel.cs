namespace Holdfast.Simulation.Exploration;

/// <summary>What can be explored: states, and from each of them everything that may happen next.</summary>
/// <typeparam name="TState">Immutable: a search branches on it.</typeparam>
public interface IModel<TState>
{
    TState Initial { get; }

    /// <summary>Every move that is possible in <paramref name="state"/>, with where it leads.</summary>
    IEnumerable<(Move Move, TState Next)> Next(TState state);

    /// <summary>Null, or in one sentence what must never be and is. Asked once for each new state.</summary>
    string? Violation(TState state);

    /// <summary>Null, or what is wrong with <paramref name="state"/> as the end of a path: nothing more can happen in it.</summary>
    string? BadEnd(TState state) => null;

    /// <summary>Write everything on which the future of <paramref name="state"/> depends, and nothing else: states that write the same are one.</summary>
    void Write(TState state, StateBytes bytes);
}
