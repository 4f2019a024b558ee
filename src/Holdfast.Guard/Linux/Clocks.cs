using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Linux;

/// <summary>This host's two monotonic clocks.</summary>
internal static unsafe class Clocks
{
    public static ClockReading Read() => new(Read(Native.ClockBootTime), Read(Native.ClockMonotonicRaw));

    private static long Read(int clock)
    {
        Native.TimeSpec time;
        if (Native.ReadClock(clock, &time) != 0)
        {
            // Safety: without a clock no deadline can be held. The watchdog then resets the host.
            Environment.FailFast($"holdfast-guard: clock {clock} cannot be read; this kernel is not supported.");
        }

        return (time.Seconds * 1_000_000_000) + time.Nanoseconds;
    }
}
