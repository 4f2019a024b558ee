namespace Holdfast.Core.Guarding.Deciding;

/// <summary>
/// One reading of this host's two monotonic clocks, in nanoseconds. CLOCK_BOOTTIME counts suspend but may be slewed by chrony;
/// CLOCK_MONOTONIC_RAW is never slewed but stands still in suspend. The owner of a right believes whichever says that more time has passed.
/// </summary>
internal readonly record struct ClockReading(long Boot, long Raw)
{
    /// <summary>The time since <paramref name="earlier"/> by the faster clock, rounded up.</summary>
    public TimeSpan Since(ClockReading earlier) => new((Math.Max(Boot - earlier.Boot, Raw - earlier.Raw) + 99) / 100);

    /// <summary>The reading that belongs to an earlier moment of CLOCK_BOOTTIME alone, as an agent sends it.</summary>
    public ClockReading At(long boot) => new(boot, Raw - (Boot - boot));

    public ClockReading Plus(TimeSpan span) => new(Boot + (span.Ticks * 100), Raw + (span.Ticks * 100));
}
