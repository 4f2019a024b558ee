using System.Globalization;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Fencing;

/// <summary>
/// The proof that one incarnation of one host can no longer write to one datastore, or to one machine's part of it. Nothing that another host owned is started without one.
/// Safety: there is no other way to make one than the factories below, one for each line of DESIGN §4 "Proof of death".
/// </summary>
public sealed class DeathProof
{
    private DeathProof(string datastore, int slot, Guid incarnation, string reason) =>
        (Datastore, Slot, Incarnation, Reason) = (datastore, slot, incarnation, reason);

    public string Datastore { get; }

    public int Slot { get; }

    /// <summary>The one life that is proven over. The commit fails if the host record holds another by then.</summary>
    public Guid Incarnation { get; }

    /// <summary>What follows the host's name.</summary>
    public string Reason { get; }

    /// <summary>The one machine's epoch that it is about; null: everything that the incarnation had.</summary>
    internal Epoch? Only { get; private init; }

    /// <summary>(a) this host's own uninterrupted observation of a host whose watchdog was tested, or for which timing alone was accepted in writing.</summary>
    internal static DeathProof? ByObservation(string datastore, SlotWatch watch, Guid incarnation, bool timeIsProof, TimingPlan plan, TimeSpan drain, AgentFlaws flaws = AgentFlaws.None)
    {
        var dead = (flaws & AgentFlaws.DeadShorterThanTtl) != 0 ? plan.Ttl / 2 : plan.Dead((flaws & AgentFlaws.NoDrainAfterSilence) != 0 ? TimeSpan.Zero : drain);
        timeIsProof |= (flaws & AgentFlaws.AnyWatchdogProves) != 0;
        return timeIsProof && dead != TimingPlan.Infinite && watch.Silence >= dead
            ? new(datastore, watch.Slot, incarnation, $"is dead, its slot was silent for {Seconds(watch.Silence)} s under this host's own unbroken observation ({Seconds(dead)} s prove it)")
            : null;
    }

    /// <summary>
    /// (b) a fence device confirmed <c>off</c>, the drain has passed since, and the slot was silent for two renewals after it. A device that lies is convicted by a host that
    /// shows itself; one that does not may be alive and mute, so unless <paramref name="trusted"/> the slot must also have been silent for as long as its guard may let it run on.
    /// </summary>
    /// <param name="confirmedAt">When this host got the confirmation.</param>
    /// <param name="drain">Zero when the device also cuts the path to this datastore.</param>
    /// <param name="trusted">The fast shot is on: its stated price is that a device's word alone is believed.</param>
    internal static DeathProof? ByFenceDevice(
        string datastore, SlotWatch watch, Guid incarnation, Moment confirmedAt, TimingPlan plan, TimeSpan drain, bool trusted, AgentFlaws flaws = AgentFlaws.None)
    {
        drain = (flaws & AgentFlaws.NoDrainAfterFence) != 0 ? TimeSpan.Zero : drain;
        trusted |= (flaws & AgentFlaws.TrustsDevices) != 0;
        return SilentSince(watch, confirmedAt) is var silence && silence >= TimingPlan.Later(plan.Renew * 2, drain) && (trusted || watch.Silence >= plan.SelfFenced)
            ? new(datastore, watch.Slot, incarnation, $"is dead, its fence device confirmed off and its slot stayed silent for {Seconds(silence)} s after it")
            : null;
    }

    /// <summary>
    /// A person has vouched that the host is off, it was heard on no channel then, and its slot was silent for the drain and two renewals after the word.
    /// A host that is off holds nothing back any more, so where the drain is infinite (a client that is alive repeats its writes for ever) the time that proves
    /// a death elsewhere is enough.
    /// </summary>
    /// <param name="by">Who, and why.</param>
    internal static DeathProof? ByOperator(string datastore, SlotWatch watch, Guid incarnation, Moment vouchedAt, string by, TimingPlan plan, TimeSpan drain)
    {
        var needed = TimingPlan.Later(plan.Renew * 2, drain == TimingPlan.Infinite ? plan.Dead(TimeSpan.Zero) : drain);
        return SilentSince(watch, vouchedAt) is var silence && silence >= needed
            ? new(datastore, watch.Slot, incarnation, $"is dead, {by} vouches for it and its slot stayed silent for {Seconds(silence)} s after that")
            : null;
    }

    /// <summary>
    /// (c) the host's own word that the machine is Gone there. It is about one right, the incarnation's and the epoch's that it names, proves nothing about any other, and never
    /// becomes untrue.
    /// </summary>
    internal static DeathProof? ByOwnersWord(IsGone word, MachineEntry entry, AgentFlaws flaws = AgentFlaws.None) =>
        entry.Owner is { } owner && (word.IsAbout(entry) || (flaws & AgentFlaws.TrustsOldWords) != 0)
            ? new(word.Datastore, owner.Slot.Value, owner.Incarnation.Value, "has lost the datastore and gives its word that no process of the machine is left there") { Only = entry.Epoch }
            : null;

    /// <summary>(d) its slot was written by another boot than the incarnation's, and the drain has passed since that was seen.</summary>
    public static DeathProof? ByAnotherBoot(string datastore, int slot, Guid incarnation, Guid itsBoot, Guid seenBoot, TimeSpan since, TimeSpan drain) =>
        seenBoot != itsBoot && drain != TimingPlan.Infinite && since >= drain
            ? new(datastore, slot, incarnation, $"is dead, its slot was written by another boot {Seconds(since)} s ago")
            : null;

    /// <summary>This host's own unbroken observation of silence after a moment.</summary>
    private static TimeSpan SilentSince(SlotWatch watch, Moment moment) =>
        watch.SilentFrom is { } from && Moment.Later(from, moment) is var since && since < watch.SilentUntil ? watch.SilentUntil - since : TimeSpan.Zero;

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
}
