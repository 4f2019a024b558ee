using System.Diagnostics;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>
/// Whether a guest came through a migration whole: it still counts, in the same boot, and its memory and its disk agree. A broken guest is reset
/// and counted for either side, so that it is neither overlooked nor blamed on the wrong one.
/// </summary>
internal sealed class GuestWatch(string lab, string machine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    /// <summary>Counts in which the guest has compared its whole disk with its memory once: it does so every 20.</summary>
    private const int Enough = 25;
    private (string? Boot, long Foreign, long Gaps) before;

    /// <summary>Migrations after which the guest was not whole.</summary>
    public int Broken { get; private set; }

    /// <summary>Migrations that ended with an error.</summary>
    public int Failed { get; set; }

    /// <summary>Where it runs.</summary>
    public async Task<string> HostAsync(CancellationToken cancel)
    {
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < TimeSpan.FromMinutes(1); await Task.Delay(100, cancel))
        {
            if ((await TruthAsync(cancel)).Copies.Where(c => c.Executing).ToList() is [var only])
            {
                return only.Host;
            }
        }

        throw new BenchException($"The guest in the lab {lab} does not run in one copy after a minute.");
    }

    /// <summary>Waits until it counts, and holds what it says from now on against this.</summary>
    /// <param name="but">Not in this boot.</param>
    public async Task BeginAsync(CancellationToken cancel, string? but = null)
    {
        if (await GrownAsync(TimeSpan.FromMinutes(1), seen => seen.Counter > 5 && seen.BootId != but, cancel) is not { } seen)
        {
            throw new BenchException($"The guest in the lab {lab} does not count after a minute.");
        }

        before = (seen.BootId, seen.ForeignWrites ?? 0, seen.Gaps ?? 0);
    }

    /// <returns>What is wrong with it, after it has been reset; null when it is whole.</returns>
    public async Task<string?> LookAsync(IReadOnlyList<LabHostStatus> hosts, CancellationToken cancel)
    {
        var last = await TruthAsync(cancel);
        var seen = await GrownAsync(Patience, now => now.BootId is not null && (now.BootId != last.BootId || now.Counter > last.Counter + Enough), cancel);
        var wrong = seen is null ? "it counts no more"
            : seen.BootId != before.Boot ? "it has booted anew"
            : seen.ForeignWrites > before.Foreign ? "its memory and its disk differ"
            : seen.Gaps > before.Gaps ? "counts are missing" : null;
        if (wrong is not null)
        {
            Broken++;
            var (name, boot) = (await HostAsync(cancel), (await TruthAsync(cancel)).BootId);
            await Command.OutputAsync(cancel, "virsh", "-c", Command.Libvirt(hosts.First(h => h.Name == name)), "reset", machine);
            await BeginAsync(cancel, but: boot);
        }

        return wrong;
    }

    private async Task<TruthMachine?> GrownAsync(TimeSpan limit, Func<TruthMachine, bool> grown, CancellationToken cancel)
    {
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < limit; await Task.Delay(100, cancel))
        {
            if (await TruthAsync(cancel) is var seen && grown(seen))
            {
                return seen;
            }
        }

        return null;
    }

    private async Task<TruthMachine> TruthAsync(CancellationToken cancel) =>
        (await LabCluster.Truth(lab, cancel)).Machines.FirstOrDefault(m => m.Name == machine) ?? new TruthMachine(machine, [], null, null, null, null);
}
