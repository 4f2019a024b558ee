using System.Collections.Immutable;
using System.Diagnostics;
using Holdfast.Core.Balancing.Model;
using Holdfast.Core.Balancing.Search;

namespace Holdfast.Bench.Reassignment;

/// <summary>
/// Runs the engine with several settings on a few threads: short trials first (a race), then the best ones with all the time that is left. Which setting fits an instance
/// cannot be told beforehand: transient resources want machines kept at home, free ones want heat.
/// </summary>
internal sealed class Portfolio(AssignmentProblem problem, int threads, TimeSpan time)
{
    /// <summary>Share of the time for the race.</summary>
    private const double Race = 0.25;
    private static readonly ImmutableArray<AnnealingSettings> Settings =
    [
        new(1e8, 1, 0.375), new(1e7, 1, 0.375), new(1e7, 1, 0.125), new(3e6, 1, 0.06), new(1e6, 1, 0), new(1e6, 1, 0.25), new(1e5, 1, 0.375), new(3e7, 1, 0.5),
    ];

    private readonly Stopwatch watch = Stopwatch.StartNew();

    public async Task<SearchResult> RunAsync(ulong seed, CancellationToken cancel)
    {
        var search = new AssignmentSearch(problem);
        var rounds = (Settings.Length + threads - 1) / threads;
        List<(SearchResult Result, AnnealingSettings Settings)> seen = [];
        for (var round = 0; round < rounds; round++)
        {
            var until = time * Race * (round + 1) / rounds;
            seen.AddRange(await RoundAsync(search, Settings.Skip(round * threads).Take(threads), seed + (ulong)(round * threads), until, cancel));
        }

        var best = seen.OrderBy(s => s.Result.Cost).Take(threads).Select(s => s.Settings).ToList();
        seen.AddRange(await RoundAsync(search, best, seed + 1000, time, cancel));
        return seen.MinBy(s => s.Result.Cost).Result with { Tried = seen.Sum(s => s.Result.Tried) };
    }

    private async Task<IEnumerable<(SearchResult Result, AnnealingSettings Settings)>> RoundAsync(
        AssignmentSearch search, IEnumerable<AnnealingSettings> settings, ulong seed, TimeSpan until, CancellationToken cancel)
    {
        var from = watch.Elapsed;
        double Progress() => cancel.IsCancellationRequested || watch.Elapsed >= until ? 1 : (watch.Elapsed - from) / (until - from);
        var runs = settings.Select((s, i) => Task.Factory.StartNew(
            () => (search.Anneal(problem.Home, s, seed + (ulong)i, Progress), s), cancel, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        return await Task.WhenAll(runs);
    }
}
