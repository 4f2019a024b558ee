using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Linux;

/// <summary>CLOCK_BOOTTIME of this host (clock_gettime(2)): it grows also over restarts of a process.</summary>
internal static partial class BootTime
{
    private const int ClockBoottime = 7;

    public static long Nanoseconds
    {
        get
        {
            _ = clock_gettime(ClockBoottime, out var time);
            return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
        }
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
