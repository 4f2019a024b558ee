using System.Collections.Immutable;
using Holdfast.Core.Balancing.Model;

namespace Holdfast.Core.Balancing.Search;

/// <summary>
/// The search engine. Pure: no clock, thread or random number but those from the seed. The same problem, start, settings, seed and progress give the same result.
/// One object may be used by several threads at once, because it is never changed.
/// </summary>
public sealed class AssignmentSearch(AssignmentProblem problem)
{
    private readonly ProblemTables tables = new(problem);

    /// <summary>Simulated annealing from an assignment that keeps the rules (or breaks no more than today's does); returns the best one seen.</summary>
    /// <param name="progress">Called every few thousand trials: the share of the budget that is used; 1 or more ends the search. Must not fall.</param>
    public SearchResult Anneal(ImmutableArray<int> start, AnnealingSettings settings, ulong seed, Func<double> progress)
    {
        var state = new SearchState(tables, tables.ToOurs(start));
        var annealing = new Annealing(state, new RandomSource(seed), settings);
        annealing.Run(progress);
        return new(annealing.Best.Assignment(), annealing.Best.Cost, annealing.Tried);
    }

    /// <summary>
    /// Takes machines off the costliest hosts one by one, or exchanges two, as long as each step lowers the cost by <paramref name="margin"/> or more; at most <paramref name="limit"/> moved
    /// machines. For a balancer: few moves, the best first.
    /// </summary>
    public SearchResult Relieve(ImmutableArray<int> start, double margin, int limit, Func<bool> shouldStop)
    {
        var state = new SearchState(tables, tables.ToOurs(start));
        var relief = new Relief(state, margin);
        relief.Run(limit, shouldStop);
        return new(state.Assignment(), state.Cost, relief.Tried);
    }
}
