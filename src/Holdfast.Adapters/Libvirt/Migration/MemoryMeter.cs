using System.Diagnostics;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Core.Agent;

namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>What a live migration of a machine would have to carry, as QEMU samples it and as the kernel counts it.</summary>
internal static class MemoryMeter
{
    /// <summary>QEMU's sampling (migration/dirtyrate.c, MIN_RAMBLOCK_SIZE) leaves smaller memory out, and says 0 of it.</summary>
    public const int LeastMiB = 128;

    /// <summary>Pages that are looked at, however large the machine is: more do not make the figure much better, and each is read twice.</summary>
    private const int Samples = 8192;
    private static readonly TimeSpan Span = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <param name="mayGoOn">False: a migration has begun, and its QEMU is asked for nothing any more.</param>
    /// <exception cref="QmpException">QEMU does not answer or does not measure.</exception>
    public static async Task<MemoryLoad> TakeAsync(QmpClient qmp, int pid, int memoryMiB, Func<bool> mayGoOn, TimeSpan deadline)
    {
        await qmp.CalcDirtyRateAsync(Math.Clamp((int)(Samples * 1024L / memoryMiB), 512, 16_384), deadline).ConfigureAwait(false);
        var begun = Stopwatch.GetTimestamp();
        for (var pause = Span; Stopwatch.GetElapsedTime(begun) < Patience; pause = Look)
        {
            await Task.Delay(pause).ConfigureAwait(false);
            if (!mayGoOn())
            {
                throw new QmpException(QmpFailure.Refused, "a migration of it has begun meanwhile");
            }

            if (await qmp.QueryDirtyRateAsync(deadline).ConfigureAwait(false) is { Status: "measured" } measured)
            {
                return new MemoryLoad(measured.MiBPerSecond, UsedMiB(pid, memoryMiB));
            }
        }

        throw new QmpException(QmpFailure.TimedOut, $"QEMU has not measured it within {Patience.TotalSeconds:0} s");
    }

    /// <summary>From the text of /proc/PID/smaps: what is backed of the smallest mapping that the whole memory fits in; null when none is, or nothing of it.</summary>
    internal static long? UsedMiB(IEnumerable<string> smaps, int memoryMiB)
    {
        var (smallest, used, counts) = (long.MaxValue, 0L, false);
        foreach (var line in smaps)
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var field, var value, ..] || !field.EndsWith(':') || !long.TryParse(value, out var kib))
            {
                continue;
            }

            if (field == "Size:")
            {
                counts = kib >= memoryMiB * 1024L && kib < smallest;
                (smallest, used) = counts ? (kib, 0) : (smallest, used);
            }
            else if (counts && field is "Rss:" or "Swap:" or "Private_Hugetlb:" or "Shared_Hugetlb:")
            {
                used += counts ? kib : 0;
            }
        }

        return used == 0 ? null : Math.Min(memoryMiB, (used + 1023) / 1024);
    }

    private static long? UsedMiB(int pid, int memoryMiB)
    {
        try
        {
            return UsedMiB(File.ReadLines($"/proc/{pid}/smaps"), memoryMiB);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
