using System.Globalization;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>
/// Judges one copy that is under way, from what QEMU says of it and from what this host's heartbeats say of its path. libvirt notices a dead path after 16 to 30 s, and a
/// dead path after the guest has stopped not at all (shared/spikes/hand-over.md, 7a to 7e).
/// </summary>
internal sealed class CopyWatch(Moment began, long memoryMiB, TimeSpan firstPause, TimeSpan mostPause)
{
    private readonly Moment since = began;
    private Moment gotOn = began;
    private Moment? stopped;
    private Moment? tooMuch;

    /// <summary>The last one; null: none came yet.</summary>
    public MoveProgress? Progress { get; private set; }

    /// <summary>How long the guest may stand still for the last pass.</summary>
    public TimeSpan AllowedPause { get; private set; } = firstPause;

    /// <summary>The guest has stopped for the last pass.</summary>
    public void Stopped(Moment now) => stopped ??= now;

    /// <summary>True: the allowed pause has grown, because the path does not carry the rest within it.</summary>
    public bool Got(Moment now, MoveProgress progress)
    {
        if (progress.Sent > (Progress?.Sent ?? 0))
        {
            gotOn = now;
        }

        Progress = progress;
        if (progress.Pass < 2 || progress.Pause <= AllowedPause)
        {
            tooMuch = null;
            return false;
        }

        tooMuch ??= now;
        if (now - tooMuch < MoveLimits.Patience || AllowedPause >= mostPause)
        {
            return false;
        }

        (tooMuch, AllowedPause) = (now, AllowedPause * 2 < mostPause ? AllowedPause * 2 : mostPause);
        return true;
    }

    /// <summary>Null: it goes on; else why it is ended, and what may be tried instead.</summary>
    /// <param name="fault">What is wrong with its path; null: nothing that is known.</param>
    public CopyEnd? Look(Moment now, string? fault)
    {
        if (stopped is { } at)
        {
            return fault is not null && now - at >= MoveLimits.Still ? new($"its path died when the guest had stopped already: {fault}", MoveAgain.OtherPath)
                : now - at > AllowedPause + MoveLimits.SwitchOver ? new($"the guest stood still for {Seconds(now - at)} and its last pass did not arrive", MoveAgain.OtherPath)
                : null;
        }

        var still = now - gotOn;
        return fault is not null && still >= MoveLimits.Still ? new($"its path died: {fault}", MoveAgain.OtherPath)
            : still >= MoveLimits.Stalled ? new($"nothing of the copy was sent for {Seconds(still)}", MoveAgain.OtherPath)
            : now - since > MoveLimits.Copy(memoryMiB) ? new(WhyTooLong(now - since), MoveAgain.Never)
            : null;
    }

    private string WhyTooLong(TimeSpan took) => Progress is { Pass: > 1 } p
        ? $"it does not converge on this path: after {Seconds(took)} and {p.Pass} passes the guest writes {MiB(p.Dirtied)} MiB/s and the path carries {MiB(p.Rate)} MiB/s, so that it would stand still for "
            + $"{p.Pause.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms, and {AllowedPause.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms are allowed (--max-downtime)"
        : $"it is not through its first pass after {Seconds(took)}";

    private static string Seconds(TimeSpan span) => $"{span.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s";

    private static string MiB(double bytes) => (bytes / (1 << 20)).ToString("0.#", CultureInfo.InvariantCulture);
}

/// <param name="Why">Continues "the move failed: …".</param>
internal sealed record CopyEnd(string Why, MoveAgain Again);

/// <summary>What may be tried when a move has failed and the machine runs on at its source.</summary>
internal enum MoveAgain
{
    /// <summary>The cause would be met again, or a person has ended it.</summary>
    Never,

    /// <summary>Another host, when nobody has asked for this one.</summary>
    OtherTarget,

    /// <summary>Another network to the same host, then as above, then the same again when it has had time to heal.</summary>
    OtherPath,
}
