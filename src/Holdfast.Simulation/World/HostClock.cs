using Holdfast.Core.Guarding.Deciding;
using Holdfast.Core.Timing;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>One host's two monotonic clocks over true time: both drift, CLOCK_BOOTTIME may be slewed as chrony does, CLOCK_MONOTONIC_RAW may stand still.</summary>
internal sealed class HostClock(Timeline timeline, TimeSpan origin, double rate) : IClock
{
    private TimeSpan anchor = timeline.Now;
    private double boot = origin.Ticks * 100.0;
    private double raw = origin.Ticks * 100.0;
    private double slew = 1;
    private bool rawStopped;

    public Moment Now => new(Reading.Boot / 100);

    public ClockReading Reading
    {
        get
        {
            var passed = (timeline.Now - anchor).Ticks * 100.0 * rate;
            return new((long)(boot + (passed * slew)), (long)(raw + (rawStopped ? 0 : passed)));
        }
    }

    /// <summary>CLOCK_BOOTTIME runs this much faster or slower than the quartz from now on.</summary>
    public void Slew(double factor) => Change(() => slew = factor);

    public void StopRaw(bool stop) => Change(() => rawStopped = stop);

    /// <summary>The true time in which this host's CLOCK_BOOTTIME advances by <paramref name="local"/>.</summary>
    public TimeSpan TrueSpan(TimeSpan local) => local / (rate * slew);

    private void Change(Action change)
    {
        var passed = (timeline.Now - anchor).Ticks * 100.0 * rate;
        (anchor, boot, raw) = (timeline.Now, boot + (passed * slew), raw + (rawStopped ? 0 : passed));
        change();
    }
}
