using System.Collections.Immutable;
using System.Diagnostics;

namespace Holdfast.Simulation.Exploration;

/// <summary>Breadth first, so that the first violation found is on a shortest path. One state is kept as its fingerprint; only the frontier as itself.</summary>
public sealed class Search<TState>(string name, IModel<TState> model)
{
    private readonly HashSet<UInt128> seen = [];
    private readonly List<(int Parent, Move Move)> origins = [];
    private readonly StateBytes bytes = new();
    private long moves;

    /// <param name="cancel">Ends the search early; what was seen until then is reported.</param>
    public SearchReport Run(int depth, Action<SearchProgress>? progress = null, TimeSpan? limit = null, CancellationToken cancel = default)
    {
        var since = Stopwatch.StartNew();
        var frontier = new List<(TState State, int Index)>();
        if (Enter(model.Initial, -1, default, frontier) is { } broken)
        {
            return Report(0, false, since.Elapsed, broken);
        }

        for (var at = 0; ; at++)
        {
            progress?.Invoke(new(at, seen.Count, frontier.Count, since.Elapsed));
            if (frontier.Count == 0 || at == depth)
            {
                return Report(at, frontier.Count == 0, since.Elapsed, null);
            }

            var next = new List<(TState, int)>();
            foreach (var (state, index) in frontier)
            {
                if (cancel.IsCancellationRequested || (limit is { } end && since.Elapsed > end))
                {
                    return Report(at, false, since.Elapsed, null);
                }

                if (Follow(state, index, next) is { } violation)
                {
                    return Report(at + 1, false, since.Elapsed, violation);
                }
            }

            frontier = next;
        }
    }

    private (string Sentence, int Index)? Follow(TState state, int index, List<(TState, int)> next)
    {
        var any = false;
        foreach (var (move, to) in model.Next(state))
        {
            any = true;
            moves++;
            if (Enter(to, index, move, next) is { } violation)
            {
                return violation;
            }
        }

        return !any && model.BadEnd(state) is { } bad ? (bad, index) : null;
    }

    private (string Sentence, int Index)? Enter(TState state, int parent, Move move, List<(TState, int)> into)
    {
        bytes.Clear();
        model.Write(state, bytes);
        if (!seen.Add(bytes.Fingerprint()))
        {
            return null;
        }

        origins.Add((parent, move));
        into.Add((state, origins.Count - 1));
        return model.Violation(state) is { } violation ? (violation, origins.Count - 1) : null;
    }

    private SearchReport Report(int depth, bool complete, TimeSpan took, (string Sentence, int Index)? violation)
    {
        var path = new Stack<string>();
        for (var at = violation?.Index ?? 0; at > 0; at = origins[at].Parent)
        {
            path.Push(origins[at].Move.ToString());
        }

        return new(name, seen.Count, moves, depth, complete, took, violation?.Sentence, [.. path]);
    }
}
