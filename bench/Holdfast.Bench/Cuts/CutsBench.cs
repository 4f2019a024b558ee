using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Bench.Cuts;

/// <summary>
/// Live migrations of a real guest in each of which one thing is cut at one instant, and, asked for, plain <c>virsh migrate --p2p</c> under the same cuts. A run is right
/// when the guest runs on once, on a host that holds its lease, without a gap; only an owner's own QEMU or storage may cost it a start from disk.
/// </summary>
/// <param name="part">Only runs whose cut or instant has this in its name; "copy" and "hand-over" are all instants of that kind, "smoke" two runs, "plain" none but plain libvirt's. Several with commas between, and A+B is what is of both.</param>
/// <param name="plain">Plain libvirt too.</param>
internal sealed class CutsBench(string part, bool plain)
{
    public const string Usage = "bench/migration-cuts [--runs-of PART] [--plain]";
    private const string Ours = "bench-cuts";
    private const string OnlyPlain = "plain";
    private const int MostTries = 3;
    private readonly Progress<string> progress = new(text => Console.Error.WriteLine(text));
    private readonly List<CutRow> rows = [];
    private readonly List<PlainRow> plainRows = [];

    public static CutsBench From(string[] args)
    {
        var plain = args.Contains("--plain");
        var options = new Options([.. args.Where(a => a != "--plain")], Usage, "--runs-of").AtMost(0);
        return new(options.Text("--runs-of", ""), plain);
    }

    /// <exception cref="BenchException">A run ended wrong.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        var runs = Cut.All.SelectMany(cut => Instant.All.Select(instant => (Cut: cut, Instant: instant))).Where(Asked).ToList();
        if (runs.Count == 0 && part != OnlyPlain)
        {
            throw new BenchException($"no cut or instant has '{part}' in its name; usage: {Usage}", usage: true);
        }

        try
        {
            var lab = new CutLab(Ours);
            await lab.UpAsync(progress, cancel);
            foreach (var (cut, instant) in runs)
            {
                for (var tries = 0; tries < MostTries && await OneAsync(lab, cut, instant, cancel); tries++)
                {
                }
            }

            if (plain || part == OnlyPlain)
            {
                await PlainAsync(lab, [.. Cut.All.Where(c => c.IsOfLibvirt && (part == OnlyPlain || runs.Any(run => run.Cut == c)))], cancel);
            }
        }
        finally
        {
            await LabCluster.Down(PlainLab.Name, progress, CancellationToken.None);
            await LabCluster.Down(Ours, progress, CancellationToken.None);
            CutTable.Write(rows, plainRows);
        }

        if (rows.Any(r => r.Wrong is not null))
        {
            throw new BenchException($"{rows.Count(r => r.Wrong is not null)} runs ended wrong.");
        }
    }

    /// <returns>True: its guest was broken by the copy itself, so that the run must be done again.</returns>
    private async Task<bool> OneAsync(CutLab lab, Cut cut, Instant instant, CancellationToken cancel)
    {
        var began = DateTimeOffset.UtcNow;
        var row = await new CutRun(lab, cut, instant).RunAsync(cancel);
        rows.Add(row);
        Console.WriteLine($"[{rows.Count}] {string.Join(" | ", row.Cells)}");
        if (row.Wrong is not null || row.Broken)
        {
            Console.WriteLine(await lab.StoryAsync(began, cancel));
            await lab.MendAsync(progress, cancel);
        }

        return row.Broken;
    }

    private async Task PlainAsync(CutLab ours, Cut[] cuts, CancellationToken cancel)
    {
        using var lab = new PlainLab();
        await lab.UpAsync(ours, progress, cancel);
        foreach (var cut in cuts)
        {
            foreach (var completed in (bool[])[false, true])
            {
                plainRows.Add(await new PlainRun(lab, cut, completed).RunAsync(cancel));
                Console.WriteLine($"plain libvirt | {string.Join(" | ", plainRows[^1].Cells)}");
            }
        }
    }

    private bool Asked((Cut Cut, Instant Instant) run) => part.Split(',').Any(one => one.Split('+').All(word => IsOf(run, word)));

    private static bool IsOf((Cut Cut, Instant Instant) run, string part) => part switch
    {
        "copy" => run.Instant is Instant.Copied,
        "hand-over" => run.Instant is Instant.Step,
        "smoke" => (run.Cut.Name, run.Instant.Name) is ("both networks", "50 %") or ("kill source agent", "commit written, unknown"),
        _ => run.Cut.Name.Contains(part, StringComparison.Ordinal) || run.Instant.Name.Contains(part, StringComparison.Ordinal),
    };
}
