namespace Holdfast.Core.Timing;

/// <summary>
/// A reading of one host's own monotonic clock, in ticks of 100 ns since an origin that means nothing to anybody else.
/// Two moments may be subtracted or compared only when the same host read them; a moment is therefore never sent or stored:
/// it has no conversion to wall clock and no serialised form. Across hosts only durations travel.
/// </summary>
public readonly record struct Moment(long Ticks) : IComparable<Moment>
{
    /// <summary>The clock's origin (the boot, or the start of a simulation).</summary>
    public static readonly Moment Zero = new(0);

    /// <summary>Later than every reading: "no deadline".</summary>
    public static readonly Moment Never = new(long.MaxValue);

    /// <summary>A reading that lies this long after the clock's origin.</summary>
    public static Moment At(TimeSpan sinceOrigin) => new(sinceOrigin.Ticks);

    /// <summary>The time from <paramref name="earlier"/> to <paramref name="later"/>; negative when the order is the other way.</summary>
    public static TimeSpan operator -(Moment later, Moment earlier) => new(later.Ticks - earlier.Ticks);

    /// <summary>Saturates at <see cref="Never"/>, so that an infinite drain stays infinite.</summary>
    public static Moment operator +(Moment moment, TimeSpan span) =>
        span.Ticks > 0 && moment.Ticks > long.MaxValue - span.Ticks ? Never : new(moment.Ticks + span.Ticks);

    public static Moment operator -(Moment moment, TimeSpan span) => moment == Never ? Never : new(moment.Ticks - span.Ticks);

    public static bool operator <(Moment left, Moment right) => left.Ticks < right.Ticks;

    public static bool operator >(Moment left, Moment right) => left.Ticks > right.Ticks;

    public static bool operator <=(Moment left, Moment right) => left.Ticks <= right.Ticks;

    public static bool operator >=(Moment left, Moment right) => left.Ticks >= right.Ticks;

    public static Moment Earlier(Moment one, Moment other) => one <= other ? one : other;

    public static Moment Later(Moment one, Moment other) => one >= other ? one : other;

    public int CompareTo(Moment other) => Ticks.CompareTo(other.Ticks);

    public override string ToString() => this == Never ? "never" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Ticks / 1e7:0.000}s");
}
