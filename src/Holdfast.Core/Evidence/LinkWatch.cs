using System.Collections.Immutable;
using System.Numerics;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>What one peer's beats over one network show, measured over a sliding window of its last beats.</summary>
internal sealed class LinkWatch
{
    /// <summary>Beats in the window: 13 to 16 seconds.</summary>
    public const int Window = 64;

    /// <summary>Fewer beats say nothing about loss.</summary>
    private const int Enough = 8;
    private readonly SampleRing ways = new(Window);
    private readonly SampleRing roundTrips = new(Window);

    /// <summary>Bit n: the beat n before the newest one came in.</summary>
    private ulong arrived;
    private int span;
    private ImmutableSortedDictionary<string, ulong>? heardOf;
    private ulong heard;

    /// <summary>The newest beat, and when it came in.</summary>
    public Heartbeat? Last { get; private set; }

    public Moment At { get; private set; }

    /// <summary>Whom the peer heard on <paramref name="network"/>, always the same one, by its newest beat.</summary>
    public ulong HeardThere(string network)
    {
        if (!ReferenceEquals(heardOf, Last!.Heard))
        {
            (heardOf, heard) = (Last.Heard, Last.Heard.GetValueOrDefault(network));
        }

        return heard;
    }

    /// <param name="own">Knows when this host sent its own beats.</param>
    public void Take(Moment at, Heartbeat beat, NetworkEvidence own)
    {
        if (Last is { } last && last.BootId == beat.BootId && beat.Uptime <= last.Uptime)
        {
            Late(last, beat);
            return;
        }

        var next = Last is { } before && before.BootId == beat.BootId && beat.Sequence > before.Sequence;
        if (!next)
        {
            // Another process of the peer's agent counts anew, another boot has another clock.
            (arrived, span) = (0, 0);
            ways.Clear();
            roundTrips.Clear();
        }

        var step = next ? (int)Math.Min(Window, beat.Sequence - Last!.Sequence) : 1;
        arrived = Shift(arrived, step) | 1;
        span = Math.Min(Window, span + step);
        (At, Last) = (at, beat);
        ways.Add(at - Moment.Zero - beat.Uptime);
        if (beat.Echo is { } echo && own.SentAt(echo.Sequence) is { } then && at - then - echo.Held is var trip && trip >= TimeSpan.Zero)
        {
            roundTrips.Add(trip);
        }
    }

    /// <summary>What to tell the peer of its own beats.</summary>
    public HeartbeatEcho? Echo(Moment now, TimeSpan every) => Last is { } last ? new(last.Sequence, now - At, Loss(now, every), ways.Spread) : null;

    /// <summary>From the peer to here; null before there is enough to say.</summary>
    public LinkQuality? Incoming(Moment now, TimeSpan every) =>
        span < Enough ? null : new(Loss(now, every), roundTrips.IsEmpty ? null : (roundTrips.Least / 2) + (ways.Mean - ways.Least), ways.Spread);

    /// <summary>From here to the peer, as it says; null before it has said so.</summary>
    public LinkQuality? Outgoing => Last?.Echo is { } echo && span >= Enough ? new(echo.Loss, roundTrips.IsEmpty ? null : roundTrips.Least / 2, echo.Spread) : null;

    /// <summary>Beats that are due and have not come count as lost, so that a link that has just died shows it.</summary>
    private double Loss(Moment now, TimeSpan every)
    {
        // One beat more than is due may be under way.
        var missing = (int)Math.Clamp(((now - At) / every) - 1, 0, Window);
        var all = Math.Min(Window, span + missing);
        var came = Shift(arrived, missing) & (all == Window ? ulong.MaxValue : (1UL << all) - 1);
        return all == 0 ? 0 : 1 - ((double)BitOperations.PopCount(came) / all);
    }

    /// <summary>It came in all the same, overtaken by a newer one; its copy changes nothing.</summary>
    private void Late(Heartbeat last, Heartbeat beat)
    {
        if (beat.Sequence <= last.Sequence && last.Sequence - beat.Sequence is < Window and var back && (int)back < span)
        {
            arrived |= 1UL << (int)back;
        }
    }

    private static ulong Shift(ulong bits, int by) => by >= Window ? 0 : bits << by;
}
