using Holdfast.Core.Guarding;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>One heartbeat slot and the right that its renewals carry.</summary>
internal sealed class Area(OpenArea opened, ClockReading renewed)
{
    public OpenArea Opened { get; } = opened;

    public Guid Incarnation { get; set; } = opened.Incarnation;

    /// <summary>Start of the last renewal that counted.</summary>
    public ClockReading Renewed { get; set; } = renewed;

    /// <summary>Latched by <see cref="Latch"/>; only a rejoin takes it back.</summary>
    public bool Expired { get; set; }

    public ClockReading ExpiredAt { get; set; }

    /// <summary>Start of the last write that was tried, whatever became of it.</summary>
    public ClockReading? Tried { get; set; }

    /// <summary>The write in flight whose success would count, or 0.</summary>
    public long Token { get; set; }

    public int Failures { get; set; }

    /// <summary>The agent knows that the write in flight has had no answer for too long.</summary>
    public bool ToldUnanswered { get; set; }

    public string? LastError { get; set; }

    public TimeSpan Renew { get; } = TimeSpan.FromMilliseconds(opened.RenewMs);

    public TimeSpan Ttl { get; } = TimeSpan.FromMilliseconds(opened.TtlMs);

    public TimeSpan Stop { get; } = TimeSpan.FromMilliseconds(opened.StopMs);

    public TimeSpan Watchdog { get; } = TimeSpan.FromMilliseconds(opened.WatchdogMs);

    public TimeSpan Agentless { get; } = TimeSpan.FromMilliseconds(opened.AgentlessMs);

    /// <summary>0.7·ttl: from here on the guests are paused (DESIGN §4).</summary>
    public TimeSpan EarlyStop => Ttl * 0.7;

    public string SlotKey { get; } = KeyOf(opened);

    public static string KeyOf(OpenArea opened) => $"{opened.SlotFile}@{opened.Offset}";

    public bool IsLate(ClockReading now) => Expired || now.Since(Renewed) >= EarlyStop;

    /// <summary>The write in flight has had no answer for longer than the next one should have begun.</summary>
    public bool IsUnanswered(ClockReading now) => Token != 0 && Tried is { } tried && now.Since(tried) >= Renew;

    /// <summary>True when the right ends with this very look.</summary>
    public bool Latch(ClockReading now)
    {
        // Safety: a clock behind the renewal's start means that the start is not of this boot. That is no right.
        if (Expired || (now.Since(Renewed) < Ttl && now.Boot >= Renewed.Boot))
        {
            return false;
        }

        Expired = true;
        ExpiredAt = now;
        Token = 0;
        return true;
    }

    /// <summary>A watchdog that was petted at <paramref name="petted"/> fires no later than this right's end + stop.</summary>
    public bool Covers(ClockReading petted, TimeSpan timeout) => petted.Since(Renewed) + timeout <= Ttl + Stop;
}
