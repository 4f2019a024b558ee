using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;
using Holdfast.Lab;
using Holdfast.Lab.Truth;

namespace Holdfast.Bench.Cuts;

/// <summary>One migration by Holdfast in which something is cut. Whatever happens, all is healed in the end.</summary>
internal sealed class CutRun(CutLab lab, Cut cut, Instant instant)
{
    private static readonly TimeSpan ReachLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SureLimit = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    /// <summary>Hosts that were seen to own the machine at the cut and after it.</summary>
    private readonly HashSet<string> owners = [];

    /// <summary>What was hit really, where it is not what was asked for exactly.</summary>
    private string seen = "";

    public async Task<CutRow> RunAsync(CancellationToken cancel)
    {
        var (before, not) = await lab.WholeAsync(cancel);
        if (before is null)
        {
            throw new BenchException($"The lab is not whole before a run: {not}.");
        }

        var source = before.Copies[0].Host;
        var ends = new Ends(source, LabCluster.Status(lab.Name).Hosts.First(h => h.Name != source).Name, CutLab.Machine);
        try
        {
            await using var watch = new LabWatch(lab.Name, [before]);
            return await OneAsync(ends, watch, cancel);
        }
        finally
        {
            await lab.HealAsync();
        }
    }

    private async Task<CutRow> OneAsync(Ends ends, LabWatch watch, CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        var at = DateTimeOffset.UtcNow;
        try
        {
            if (await ReachAsync(ends, cancel) is { } why)
            {
                return CutRow.Miss(cut, instant, why);
            }

            since.Restart();
            at = DateTimeOffset.UtcNow;
            owners.Add((await lab.LeaseAsync(ends.Source, cancel))?.Host ?? ends.Source);
            foreach (var fault in cut.Faults(ends))
            {
                await lab.FaultAsync(fault, cancel);
            }
        }
        catch (Exception e) when (e is LabException or ApiException)
        {
            return CutRow.Miss(cut, instant, e.Message);
        }

        await GoAsync(ends, cancel);
        var sure = await SureAsync(watch.Machines[0], since, cancel);
        await lab.HealAsync();
        var (after, not) = watch.Machines[0].Last.Panicked ? (null, CutLab.Silent) : await lab.WholeAsync(cancel);
        watch.ThrowIfBlind();
        return Judge(ends, at, watch, sure, after, not);
    }

    /// <summary>Begins the migration and waits for the instant; null when it is reached.</summary>
    private async Task<string?> ReachAsync(Ends ends, CancellationToken cancel)
    {
        using var client = lab.Client(ends.Source);
        if (instant is Instant.Copied copied)
        {
            await lab.SlowAsync(cancel);
            using var progress = new CopyProgress(lab.Host(ends.Source), ends.Machine);
            var began = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;
            var task = await client.MigrateAsync(ends.Machine, new MigrateMachine(ends.Target), cancel);
            if (await progress.ReachAsync(copied.Percent, began, ReachLimit, cancel) is not { } reached)
            {
                return await EndOfAsync(client, task, cancel);
            }

            seen = reached == CopyProgress.Stopped ? " (the guest had stopped)" : string.Create(CultureInfo.InvariantCulture, $" ({reached:0} %)");
            return null;
        }

        var step = (Instant.Step)instant;
        await lab.FaultAsync(new LabFault.Point(ends.Of(step.By), step.Point, Hold: true), cancel);
        var move = await client.MigrateAsync(ends.Machine, new MigrateMachine(ends.Target), cancel);
        for (var since = Stopwatch.StartNew(); since.Elapsed < ReachLimit; await Task.Delay(2, cancel))
        {
            if (LabCluster.IsHeld(lab.Name, ends.Of(step.By), step.Point))
            {
                return null;
            }
        }

        return await EndOfAsync(client, move, cancel);
    }

    private static async Task<string> EndOfAsync(HoldfastClient client, TaskReport task, CancellationToken cancel) =>
        (await client.TaskAsync(task.Id, default, cancel)) is { Error: { } error } ? error.Error : $"the instant was not reached within {ReachLimit.TotalSeconds:0} s";

    private Task GoAsync(Ends ends, CancellationToken cancel) =>
        instant is Instant.Step step ? lab.FaultAsync(new LabFault.Point(ends.Of(step.By), step.Point, Hold: false), cancel) : lab.FastAsync(cancel);

    /// <summary>
    /// From when on the machine executes in one copy and counts on the host that says, by its own reading of the table, that it holds it and runs it; looked at until that has
    /// stayed so for a while, and until whatever the cut can bring about has come.
    /// </summary>
    private async Task<TimeSpan?> SureAsync(MachineWatch machine, Stopwatch since, CancellationToken cancel)
    {
        TimeSpan? sure = null;
        for (; since.Elapsed < SureLimit; await Task.Delay(Step, cancel))
        {
            var at = since.Elapsed;
            sure = await IsSureAsync(machine, cancel) ? sure ?? at : null;
            if (machine.Last.Panicked)
            {
                return null;
            }

            if (sure is { } from && at - from > Settling && at > cut.Works)
            {
                return sure;
            }
        }

        return null;
    }

    private async Task<bool> IsSureAsync(MachineWatch machine, CancellationToken cancel)
    {
        foreach (var host in LabCluster.Status(lab.Name).Hosts.Where(h => h.Power == "on"))
        {
            if (await lab.LeaseAsync(host.Name, cancel) is not { Host: { } owner } lease)
            {
                continue;
            }

            owners.Add(owner);
            if (owner == host.Name && lease.State == MachineState.Running && await RunsOnAsync(machine, owner, cancel))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One copy executes, there, and its guest counts after now.</summary>
    private static async Task<bool> RunsOnAsync(MachineWatch machine, string host, CancellationToken cancel)
    {
        var looked = machine.Last;
        var (_, counter) = machine.LastCount;
        for (var since = Stopwatch.StartNew(); since.Elapsed < TimeSpan.FromSeconds(1); await Task.Delay(10, cancel))
        {
            if (!ReferenceEquals(machine.Last, looked) && machine.LastCount is var (now, reached) && now == host && reached > counter)
            {
                return machine.Last.Copies.Where(c => c.Executing).Select(c => c.Host).SequenceEqual([host]);
            }
        }

        return false;
    }

    private CutRow Judge(Ends ends, DateTimeOffset at, LabWatch watch, TimeSpan? sure, TruthMachine? after, string? not)
    {
        var machine = watch.Machines[0];
        var (longest, from) = machine.LongestSilence;
        var on = (after ?? machine.Last).Copies.FirstOrDefault(c => c.Executing)?.Host ?? "no host";
        var outcome = machine.Restarted > 0 ? "restarted" : on == ends.Source ? "kept" : on == ends.Target ? "moved" : "lost";
        var mayRestart = cut.Takes is { } end && owners.Contains(ends.Of(end));
        if (machine.Last.Panicked)
        {
            return new(cut, instant, $"{outcome}, and its guest panicked", on, null, longest, null) { Seen = seen, SilenceFrom = from - at, Broken = true };
        }

        var wrong = machine.RanTwice is { } twice ? $"it ran twice: {twice}"
            : sure is null ? $"not sure within {SureLimit.TotalSeconds:0} s"
            : after is null ? $"not whole after healing: {not}"
            : machine.Restarted > (mayRestart ? 1 : 0) ? $"it was started anew {machine.Restarted} times{(mayRestart ? "" : ", and nothing of its owner's was hit")}"
            : null;
        return new(cut, instant, outcome, on, sure, longest, wrong) { Seen = seen, SilenceFrom = from - at };
    }
}
