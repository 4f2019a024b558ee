using System.Diagnostics;
using Holdfast.Lab;
using Holdfast.Lab.Truth;

namespace Holdfast.Bench.Storage;

/// <summary>
/// The storage of many machines that write with fsync is taken away, on one host and on all, for a short and a long time, and given back. A run is right when no guest was told of an I/O error, no
/// machine ran twice, and only those were started anew whose host had lost what others still had, for longer than its lease.
/// </summary>
/// <param name="part">Only cuts with this in their name; several with commas between.</param>
internal sealed class StorageCutsBench(int machines, string part)
{
    private const string Usage = "bench/storage-cuts [--machines N] [--runs-of PART]";

    /// <summary>After the healing: the slowest of them boots under TCG beside all others.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly Progress<string> progress = new(text => Console.Error.WriteLine(text));
    private readonly List<StorageRow> rows = [];

    public static StorageCutsBench From(string[] args)
    {
        var options = new Options(args, Usage, "--machines", "--runs-of").AtMost(0);
        return new(options.Number("--machines", 3, 60, 21), options.Text("--runs-of", ""));
    }

    /// <exception cref="BenchException">A run ended wrong.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var cuts = StorageCut.All.Where(c => part.Split(',').Any(p => c.Name.Contains(p, StringComparison.Ordinal))).ToList();
        if (cuts.Count == 0)
        {
            throw new BenchException($"no cut has '{part}' in its name; usage: {Usage}", usage: true);
        }

        var lab = new StorageLab("bench-storage", machines);
        try
        {
            await lab.UpAsync(progress, cancel);
            foreach (var cut in cuts)
            {
                var row = await OneAsync(lab, cut, cancel);
                rows.Add(row);
                Console.Error.WriteLine(string.Join(", ", row.Cells));
            }
        }
        finally
        {
            await LabCluster.Down(lab.Name, progress, CancellationToken.None);
            Table.Write([StorageRow.Heads, .. rows.Select(r => r.Cells)]);
        }

        if (rows.Count(r => r.Wrong is not null) is > 0 and var wrong)
        {
            throw new BenchException($"{wrong} of {rows.Count} runs ended wrong.");
        }
    }

    private async Task<StorageRow> OneAsync(StorageLab lab, StorageCut cut, CancellationToken cancel)
    {
        var before = await lab.WholeAsync(cancel);
        var most = before.GroupBy(m => m.Copies[0].Host).MaxBy(g => g.Count())!.Key;
        await using var watch = new LabWatch(lab.Name, before);
        try
        {
            await lab.FaultAsync(cut.Fault(most), cancel);
            await Task.Delay(cut.Length, cancel);
        }
        finally
        {
            await lab.HealAsync();
        }

        var all = await AllCountAsync(watch, await lab.CountersAsync(cancel), cancel);
        watch.ThrowIfBlind();
        return StorageRow.Of(cut, cut.OneHost ? most : null, watch, all);
    }

    /// <returns>How long it took until every machine had counted on from there in one copy; null: longer than the limit.</returns>
    private static async Task<TimeSpan?> AllCountAsync(LabWatch watch, IReadOnlyDictionary<string, long> from, CancellationToken cancel)
    {
        for (var since = Stopwatch.StartNew(); since.Elapsed < Limit; await Task.Delay(100, cancel))
        {
            if (watch.Machines.All(m => m.Last.Copies is [{ Executing: true }] && m.LastCount.Counter > from.GetValueOrDefault(m.Before.Name)))
            {
                return since.Elapsed;
            }
        }

        return null;
    }
}
