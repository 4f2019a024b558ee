using System.Diagnostics;
using Holdfast.Lab;
using Holdfast.Lab.Truth;

namespace Holdfast.Bench.Cuts;

/// <summary>One plain 'virsh migrate --live --p2p' in which something is cut: at half of the copy, or when QEMU has completed it and libvirt has not finished.</summary>
/// <param name="completed">The instant lasts 9 ms; so the target's libvirtd is stopped shortly before, and goes on when the cut is made.</param>
internal sealed class PlainRun(PlainLab lab, Cut cut, bool completed)
{
    private static readonly TimeSpan ReachLimit = TimeSpan.FromSeconds(30);

    /// <summary>As long as libvirt takes to notice a dead connection (30 s), and some.</summary>
    private static readonly TimeSpan CutLimit = TimeSpan.FromSeconds(40);

    /// <summary>What has not changed for so long after virsh ended will not.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    public async Task<PlainRow> RunAsync(CancellationToken cancel)
    {
        var before = await lab.BeginAsync(cancel);
        var (source, target) = (lab.Source, lab.Target);
        var ends = new Ends(source.Name, target.Name, CutLab.Machine);
        using var events = new EventWatch(source);
        using var progress = new CopyProgress(source, CutLab.Machine);
        await using var watch = new LabWatch(PlainLab.Name, [before]);
        var began = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
        using var virsh = Command.Start(lab.Migrate());
        try
        {
            var error = virsh.StandardError.ReadToEndAsync(cancel);
            if (await progress.ReachAsync(completed ? 99 : 50, began, ReachLimit, cancel) is null)
            {
                throw new BenchException($"A plain migration did not come so far within {ReachLimit.TotalSeconds:0} s: {(virsh.HasExited ? await error : "virsh runs still")}");
            }

            if (completed)
            {
                await lab.FaultAsync(new LabFault.StopProcess(ends.Target, "libvirtd", Kill: false), cancel);
                await events.TimeAsync("MIGRATION", "completed", began, cancel);
            }

            var since = Stopwatch.StartNew();
            foreach (var fault in cut.Faults(ends))
            {
                await lab.FaultAsync(fault, cancel);
            }

            if (completed && cut.Name != "kill target libvirtd")
            {
                await lab.FaultAsync(new LabFault.ContProcess(ends.Target, "libvirtd"), cancel);
            }

            return await LeftAsync(watch, virsh, error, since, cancel);
        }
        finally
        {
            if (!virsh.HasExited)
            {
                virsh.Kill(entireProcessTree: true);
            }
        }
    }

    private async Task<PlainRow> LeftAsync(LabWatch watch, Process virsh, Task<string> error, Stopwatch since, CancellationToken cancel)
    {
        await Task.WhenAny(virsh.WaitForExitAsync(cancel), Task.Delay(CutLimit, cancel));
        var command = virsh.HasExited
            ? $"ended with {virsh.ExitCode} after {CutRow.Seconds(since.Elapsed)}{(virsh.ExitCode == 0 ? "" : $" ({(await error).Trim().ReplaceLineEndings(" ")})")}"
            : $"still hung after {CutRow.Seconds(since.Elapsed)}";
        await Task.Delay(Settling, cancel);
        var during = await CopiesAsync(cancel);
        await lab.FaultAsync(new LabFault.HealAll(), cancel);
        await Task.Delay(Settling, cancel);
        var after = await CopiesAsync(cancel);
        watch.ThrowIfBlind();
        var work = watch.Machines[0].RanTwice is { } twice ? $"it RAN TWICE: {twice}" : Work(after);
        return new(cut, completed ? "completed" : "50 %", Text(during), Text(after), command, watch.Silence(watch.Machines[0]).Longest, work);
    }

    private async Task<IReadOnlyList<(string Host, bool Runs, string State)>> CopiesAsync(CancellationToken cancel)
    {
        var copies = new List<(string, bool, string)>();
        foreach (var copy in (await lab.TruthAsync(cancel))?.Copies ?? [])
        {
            var state = await PlainLab.StateAsync(copy.Host == lab.Source.Name ? lab.Source : lab.Target, cancel);
            copies.Add((copy.Host, copy.Executing, state switch { null => "libvirtd does not answer", "" => "unknown to libvirtd", _ => state }));
        }

        return copies;
    }

    private static string Text(IReadOnlyList<(string Host, bool Runs, string State)> copies) =>
        copies.Count == 0 ? "no copy" : string.Join(" and ", copies.Select(c => $"{c.Host} {(c.Runs ? "runs" : "stands still")} [{c.State}]"));

    private static string Work(IReadOnlyList<(string Host, bool Runs, string State)> copies)
    {
        var (running, still) = (copies.Where(c => c.Runs).ToList(), copies.Where(c => !c.Runs).ToList());
        return (running.Count, still.Count) switch
        {
            (1, 0) => "nothing to do",
            (1, _) => $"a person must end the copy on {still[0].Host} and must not resume it",
            (0, 0) => "a person must start it anew",
            (0, 1) => $"a person must find out whether the copy on {still[0].Host} is whole, and resume it",
            (0, _) => "a person must find out which of two copies that stand still is right, end the other, and resume it",
            _ => "two copies run",
        };
    }
}
