using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Linux;

/// <summary>CLOCK_BOOTTIME of this host (clock_gettime(2)): it grows also over restarts of a process.</summary>
internal static partial class BootTime
{
    private const int ClockBoottime = 7;

    private const int ClockMonotonicRaw = 4;

    public static long Nanoseconds => Read(ClockBoottime);

    /// <summary>CLOCK_MONOTONIC_RAW: the hardware's own rate, which no daemon corrects, and which stands still in a suspend.</summary>
    public static long RawNanoseconds => Read(ClockMonotonicRaw);

    private static long Read(int clock)
    {
        _ = clock_gettime(clock, out var time);
        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }

    [LibraryImport("libc")]
    private static partial int clock_gettime(int clock, out Timespec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct Timespec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
