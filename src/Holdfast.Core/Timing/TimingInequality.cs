using System.Globalization;

namespace Holdfast.Core.Timing;

/// <summary>One condition that a <see cref="TimingPlan"/> must meet, with why: <c>Small ≤ Large</c>.</summary>
public sealed record TimingInequality(string Small, TimeSpan SmallValue, string Large, TimeSpan LargeValue, string Why)
{
    public bool Holds => SmallValue <= LargeValue;

    /// <summary>All conditions of a plan, those that keep machines single first.</summary>
    public static IReadOnlyList<TimingInequality> Of(TimingPlan p)
    {
        var tick = TimeSpan.FromMilliseconds(1);
        var fastest = TimeSpan.FromTicks((long)((p.Ttl + p.Stop + p.Reset).Ticks * (1 + p.ClockRateTolerance)));
        return
        [
            new("1 ms", tick, "renew", p.Renew, "the slot is renewed at all"),
            new("1 ms", tick, "stop", p.Stop, "freezing takes time"),
            new("0", TimeSpan.Zero, "reset", p.Reset, "a watchdog is never early by plan"),
            new("0", TimeSpan.FromTicks((long)(p.ClockRateTolerance * -TimeSpan.TicksPerSecond)), "0", TimeSpan.Zero, "the clock tolerance is not negative"),
            new("tolerance as s", TimeSpan.FromSeconds(p.ClockRateTolerance), "0.2 s", TimeSpan.FromSeconds(0.2), "with worse clocks than 20 % no observation means anything"),
            new("10·renew", p.Renew * 10, "ttl", p.Ttl, "a few lost renewals are no loss of the right"),
            new("4·renew", p.Renew * 4, "ttl+stop−watchdog", p.PetWindow, "the watchdog is petted several times in the window in which it may be"),
            new("stop+1 ms", p.Stop + tick, "watchdog", p.Watchdog, "the watchdog outlasts one freeze"),
            new("watchdog", p.Watchdog, "ttl+stop", p.Ttl + p.Stop, "left alone it fires no later than expiry + stop"),
            new("stop", p.Stop, "ttl−0.7·ttl", p.Ttl - p.EarlyStop, "QMP stop has its time before the SIGSTOP at expiry"),
            new("3·renew", p.Renew * 3, "suspect", p.Suspect, "three missed renewals at least before the fast shot"),
            new("suspect", p.Suspect, "ttl", p.Ttl, "the fast shot is faster than waiting"),
            new("(ttl+stop+reset)·(1+d)", fastest, "dead(0)", p.Dead(TimeSpan.Zero), "a silent owner's machines are frozen or its host reset before anybody takes them"),
        ];
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Small} ({SmallValue.TotalSeconds:0.###} s) ≤ {Large} ({LargeValue.TotalSeconds:0.###} s) {(Holds ? "holds" : "does not hold")}: {Why}");
}
