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

    /// <summary>So few probes are missed by chance hardly ever, whatever the loss.</summary>
    private const int LeastMissed = 3;
    private const double Chance = 1e-5;

    /// <summary>A beat tells that the link was up for this long before it, at most.</summary>
    private static readonly TimeSpan Covers = TimeSpan.FromSeconds(1);
    private readonly SampleRing ways = new(Window);
    private readonly SampleRing roundTrips = new(Window);

    /// <summary>Bit n: the beat n before the newest one came in.</summary>
    private ulong arrived;
    private int span;

    /// <summary>For how long small packets came in since the last probe did.</summary>
    private TimeSpan withoutProbe;
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

        withoutProbe = beat.ProbeBytes == 0 || beat.ProbeBytes != Last?.ProbeBytes ? TimeSpan.Zero : withoutProbe + (at - At < Covers ? at - At : Covers);
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

    /// <summary>A probe came in whole.</summary>
    public void Probed(int bytes)
    {
        if (bytes >= Last?.ProbeBytes)
        {
            withoutProbe = TimeSpan.Zero;
        }
    }

    /// <summary>The size of the peer's probes when they do not come in although small packets do; 0: they do, or it is not known yet.</summary>
    public int Hole(Moment now, TimingPlan plan)
    {
        if (withoutProbe.Ticks < plan.Probe.Ticks * LeastMissed)
        {
            return 0;
        }

        var loss = Loss(now, plan.Beat);
        return loss < 1 && withoutProbe >= plan.Probe * Math.Max(LeastMissed, Math.Log(Chance) / Math.Log(loss)) ? Last!.ProbeBytes : 0;
    }

    /// <summary>The same of this host's own probes, as the peer says.</summary>
    public int HoleOut => Last?.Echo?.Hole ?? 0;

    /// <summary>What to tell the peer of its own beats.</summary>
    public HeartbeatEcho? Echo(Moment now, TimingPlan plan) =>
        Last is { } last ? new(last.Sequence, now - At, Loss(now, plan.Beat), ways.Spread) { Hole = Hole(now, plan) } : null;

    /// <summary>From the peer to here; null before there is enough to say.</summary>
    public LinkQuality? Incoming(Moment now, TimingPlan plan) => span < Enough ? null :
        new(Loss(now, plan.Beat), roundTrips.IsEmpty ? null : (roundTrips.Least / 2) + (ways.Mean - ways.Least), ways.Spread) { Hole = Hole(now, plan) };

    /// <summary>From here to the peer, as it says; null before it has said so.</summary>
    public LinkQuality? Outgoing => Last?.Echo is { } echo && span >= Enough ? new(echo.Loss, roundTrips.IsEmpty ? null : roundTrips.Least / 2, echo.Spread) { Hole = echo.Hole } : null;

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
