using System.Globalization;

namespace Holdfast.Core.Timing;

/// <summary>One line of <c>holdfast timers</c>. <see cref="Value"/> is null for an inequality, whose text is complete in itself.</summary>
public sealed record TimerLine(string Name, TimeSpan? Value, string Meaning)
{
    internal static IReadOnlyList<TimerLine> Of(TimingPlan p, TimeSpan drain) =>
    [
        new("renew", p.Renew, "the guard rewrites its slot and reads the others this often"),
        new("beat", p.Beat, "a heartbeat goes to every peer on every network this often"),
        new("probe", p.Probe, "a packet as large as the link allows goes to every peer on every network this often"),
        new("ttl", p.Ttl, "the right to run ends this long after the start of the last successful renewal"),
        new("early-stop", p.EarlyStop, "without renewal for this long, the guests are paused (QMP stop)"),
        new("stop", p.Stop, "within this after expiry every machine without right is frozen"),
        new("reset", p.Reset, "the watchdog's own lateness"),
        new("watchdog", p.Watchdog, "the watchdog's timeout"),
        new("pet-window", p.PetWindow, "the watchdog is petted only within this after a renewal, or when all is frozen"),
        new("suspect", p.Suspect, "silence on all channels before the fast shot (where it is switched on)"),
        new("fence-after", p.FenceAfter, "silence on all channels before a fence device is used"),
        new("hold", p.Hold, "a peer's flag counts only when held for this long"),
        new("storage-loss-limit", p.StorageLossLimit, "a host without storage that others have gives its machines away after this"),
        new("pulse", p.Pulse, "a machine's signs of life (guest agent, disk, CPU) are taken this often"),
        new("hung-after", p.HungAfter, "a guest without any sign of life for this long is hung; it is restarted where its policy says so"),
        new("agentless", p.Agentless, "the guard renews without an agent for this long"),
        new("drain", drain, "after this the store's server refuses what a silent client still holds"),
        new("dead", p.Dead(drain), "uninterrupted silence that proves an incarnation dead: max((ttl+stop+reset)·(1+d)/(1−d), floor) + drain"),
        .. TimingInequality.Of(p).Select(i => new TimerLine("asserted", null, i.ToString())),
    ];

    public override string ToString() => Value switch
    {
        null => $"{Name}: {Meaning}",
        { } v when v == TimingPlan.Infinite => $"{Name}: infinite ({Meaning})",
        { } v => string.Create(CultureInfo.InvariantCulture, $"{Name}: {v.TotalSeconds:0.###} s ({Meaning})"),
    };
}
