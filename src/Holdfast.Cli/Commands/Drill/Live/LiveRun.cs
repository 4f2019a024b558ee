using System.Diagnostics;
using Holdfast.Api;
using Holdfast.Lab;

namespace Holdfast.Cli.Commands.Drill.Live;

/// <summary>Runs one drill on the host that it strikes. The kernel heals at the limit, whatever has become of this process; when all was seen it is healed sooner.</summary>
/// <param name="filter">Puts a text for nft into effect.</param>
internal sealed class LiveRun(LivePlan plan, LiveHost host, HoldfastClient client, TimeSpan limit, Func<string, Task> filter, IProgress<string> progress)
{
    private static readonly TimeSpan WholeLimit = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AgainLimit = TimeSpan.FromSeconds(120);

    /// <summary>Refuses whatever would make the drill more than a drill.</summary>
    /// <returns>The machines that run now.</returns>
    /// <exception cref="UsageException">It must not be run here and now.</exception>
    public async Task<MachineSummary[]> PreflightAsync(CancellationToken cancel)
    {
        if ((await client.StatusAsync(cancel)) is var status && status.Host != host.Host)
        {
            throw new UsageException($"The agent that answers is {status.Host}'s, and a drill on a live cluster is run on the host that it strikes, {host.Host}.");
        }

        if (host.OthersOn(plan.Network).Count < 2)
        {
            throw new UsageException($"{host.Host} meets {host.OthersOn(plan.Network).Count} other hosts on {plan.Network}; a drill wants two, so that the rest of the cluster stays a majority.");
        }

        if ((await DrillLab.WaitAsync(WholeLimit, NotWholeAsync, cancel)).Not is { } not)
        {
            throw new UsageException($"The cluster is not whole, and a drill would be a second fault: {not.TrimEnd('.')}.");
        }

        // More than what is done: as if the link were gone altogether.
        var link = $"link:{host.Host}/{plan.Network}";
        var lost = (await client.WhatIfAsync([link], cancel)).Machines.FirstOrDefault(m => m.Outcome is not ("unaffected" or "redundancy-lost"));
        if (lost is not null)
        {
            throw new UsageException($"Without {link} {lost.Name} would be {lost.Outcome}: {(lost.Reason ?? "no reason").TrimEnd('.')}. Mend that first ('holdfast whatif --down {link}').");
        }

        return [.. (await client.MachinesAsync(cancel)).Where(m => m.State == MachineState.Running)];
    }

    /// <param name="machines">As <see cref="PreflightAsync"/> found them.</param>
    public async Task<DrillReport> RunAsync(MachineSummary[] machines, CancellationToken cancel)
    {
        var (began, signs) = (DateTimeOffset.UtcNow, new List<DrillSign>());
        await using var watch = new LiveWatch(client, machines);
        watch.Start();
        var since = Stopwatch.StartNew();
        TimeSpan held;
        try
        {
            progress.Report($"hurting {plan.Network} of {host.Host}; the kernel heals it after {limit.TotalSeconds:0} s at the latest");
            await filter(LiveFault.Text(plan.Faults, host.OthersOn(plan.Network), limit));
            foreach (var sign in plan.Signs)
            {
                progress.Report($"waiting until {sign}");
                var (not, _) = await DrillLab.WaitAsync(Left(since), stop => sign.MissingAsync(client, stop), cancel);
                signs.Add(new(sign.ToString(), not is null ? Round(since.Elapsed) : null, not));
            }

            await HoldAsync(since, cancel);
            held = since.Elapsed;
        }
        finally
        {
            await filter(LiveFault.Gone());
        }

        progress.Report("healed; waiting until the cluster is whole");
        var (rest, after) = await DrillLab.WaitAsync(AgainLimit, NotWholeAsync, CancellationToken.None);
        var harm = await HarmAsync(began, CancellationToken.None);
        return new(began, plan.Drill.Name, plan.Drill.Title, await watch.EndAsync(), [.. signs], harm, Round(held), rest is null ? Round(after) : null, rest) { Host = host.Host };
    }

    /// <summary>As long as silence takes to prove a death, if the limit allows: by then whatever it can bring about has happened.</summary>
    private async Task HoldAsync(Stopwatch since, CancellationToken cancel)
    {
        var dead = TimeSpan.FromSeconds((await client.TimersAsync(cancel)).Timers.FirstOrDefault(t => t.Name == "dead")?.Seconds ?? limit.TotalSeconds);
        var rest = dead - since.Elapsed < Left(since) ? dead - since.Elapsed : Left(since);
        progress.Report($"holding the fault for {Math.Max(0, rest.TotalSeconds):0} s");
        await Task.Delay(rest > TimeSpan.Zero ? rest : TimeSpan.Zero, cancel);
    }

    private TimeSpan Left(Stopwatch since) => limit > since.Elapsed ? limit - since.Elapsed : TimeSpan.Zero;

    private async Task<string?> NotWholeAsync(CancellationToken cancel)
    {
        var status = await client.StatusAsync(cancel);
        var other = status.Hosts.FirstOrDefault(h => h.State != HostState.Up || h.Drain is not null);
        return !status.Ready || !status.Quorum || other is not null ? status.Reason ?? (other is not null ? $"{other.Name} is {(other.State == HostState.Up ? "drained or disarmed" : other.State.ToString().ToLowerInvariant())}" : "etcd has no quorum")
            : (await client.MachinesAsync(cancel)).FirstOrDefault(m => m.State is MachineState.Migrating or MachineState.Starting or MachineState.Pending or MachineState.Error) is { } busy ? $"{busy.Name} is {busy.State.ToString().ToLowerInvariant()}"
            : (await client.NetworksAsync(cancel)).Culprits is [var culprit, ..] ? $"{culprit} is named as broken" : null;
    }

    private async Task<string[]> HarmAsync(DateTimeOffset since, CancellationToken cancel) =>
        [.. (await client.LatestEventsAsync(cancel)).Where(e => e.At > since && DrillLab.Harmful.Contains(e.Kind)).Select(e => $"{e.Host}: {e.Kind}: {e.Text}")];

    private static double Round(TimeSpan span) => Math.Round(span.TotalSeconds, 1);
}
