namespace Holdfast.Adapters.Linux;

/// <summary>
/// Holds this host's two monotonic clocks against each other (DESIGN §4, Clocks). Safety: an observation is measured by CLOCK_BOOTTIME; a slewing chrony
/// or a suspend shows as a difference to CLOCK_MONOTONIC_RAW, and then the observation proves nothing.
/// </summary>
public sealed class ClockWatch(double tolerance)
{
    private static readonly TimeSpan ReadApart = TimeSpan.FromMilliseconds(5);
    private (long Boot, long Raw) last = Read();

    /// <summary>True when the clocks have gone apart since the call before by more than the tolerance.</summary>
    public bool Disagree()
    {
        var before = last;
        last = Read();
        return Apart(last.Boot - before.Boot, last.Raw - before.Raw, tolerance);
    }

    /// <param name="boot">Nanoseconds passed by the one clock.</param>
    /// <param name="raw">Nanoseconds passed by the other.</param>
    internal static bool Apart(long boot, long raw, double tolerance) =>
        Math.Abs(boot - raw) > (Math.Max(boot, raw) * tolerance) + ReadApart.TotalNanoseconds;

    private static (long Boot, long Raw) Read() => (BootTime.Nanoseconds, BootTime.RawNanoseconds);
}
