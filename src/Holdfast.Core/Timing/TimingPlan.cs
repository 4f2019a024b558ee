namespace Holdfast.Core.Timing;

/// <summary>
/// Every time limit of the lease protocol, derived from a few base values (DESIGN §4). A plan that would let two copies of a
/// machine run cannot be constructed: the inequalities are asserted here, once, and printed by <c>holdfast timers</c>.
/// </summary>
public sealed record TimingPlan
{
    /// <summary>Means "no proof by time": the store's server never refuses a silent client's late write.</summary>
    public static readonly TimeSpan Infinite = TimeSpan.MaxValue;

    /// <summary>What <see cref="Dead"/> says of a store without drain; asked for of every peer in every step.</summary>
    private readonly TimeSpan silence;

    /// <summary>Hosts on one switch with a local store: a takeover without a fence device in about 12 s.</summary>
    public static readonly TimingPlan Fast = new("fast", renew: Ms(200), ttl: Seconds(6), stop: Seconds(1), reset: Seconds(1), watchdog: Seconds(4), suspect: Ms(800), deadFloor: TimeSpan.Zero);

    public static readonly TimingPlan Standard = new("standard", renew: Ms(500), ttl: Seconds(10), stop: Seconds(1), reset: Seconds(1), watchdog: Seconds(6), suspect: Ms(1500), deadFloor: Seconds(30));

    /// <summary>Longer than a multipath fail-over of 45 s, which must never look like a death.</summary>
    public static readonly TimingPlan San = new("san", renew: Seconds(1), ttl: Seconds(20), stop: Seconds(2), reset: Seconds(1), watchdog: Seconds(10), suspect: Seconds(3), deadFloor: Seconds(75));

    public static readonly IReadOnlyList<TimingPlan> Profiles = [Fast, Standard, San];

    public TimingPlan(
        string name, TimeSpan renew, TimeSpan ttl, TimeSpan stop, TimeSpan reset, TimeSpan watchdog, TimeSpan suspect, TimeSpan deadFloor, double clockRateTolerance = 0.02)
    {
        (Name, Renew, Ttl, Stop, Reset, Watchdog, Suspect, DeadFloor, ClockRateTolerance) = (name, renew, ttl, stop, reset, watchdog, suspect, deadFloor, clockRateTolerance);
        (Hold, silence) = (renew * 4, Later(SelfFenced, deadFloor));
        if (TimingInequality.Of(this).FirstOrDefault(i => !i.Holds) is { } broken)
        {
            throw new ArgumentException($"Timing profile '{name}' is not safe: {broken}. Choose one of fast, standard and san, or correct these values.");
        }
    }

    public string Name { get; }

    /// <summary>The guard rewrites its slot, and reads the others', this often.</summary>
    public TimeSpan Renew { get; }

    /// <summary>A heartbeat goes to every peer on every network this often: four times a second, and no less often than the slot is renewed.</summary>
    public TimeSpan Beat => Renew < Ms(250) ? Renew : Ms(250);

    /// <summary>A packet as large as the link allows goes to every peer on every network this often; three that are missed show an MTU hole.</summary>
    public TimeSpan Probe { get; } = Seconds(2);

    /// <summary>The right to run ends this long after the <em>start</em> of the last successful renewal.</summary>
    public TimeSpan Ttl { get; }

    /// <summary>Within this after expiry every machine without right is frozen.</summary>
    public TimeSpan Stop { get; }

    /// <summary>The watchdog's own lateness.</summary>
    public TimeSpan Reset { get; }

    /// <summary>The watchdog's timeout.</summary>
    public TimeSpan Watchdog { get; }

    /// <summary>Silence on every channel after which the opt-in fast shot may fence.</summary>
    public TimeSpan Suspect { get; }

    /// <summary>No death is proven by time earlier than this, whatever the formula says (slow fail-overs of the store).</summary>
    public TimeSpan DeadFloor { get; }

    /// <summary>The largest relative difference between two hosts' clock rates (0.02 = 2 %).</summary>
    public double ClockRateTolerance { get; }

    /// <summary>QMP <c>stop</c> this long after the last renewal's start: the guest's timers stop, so that a later thaw is no reboot.</summary>
    public TimeSpan EarlyStop => Ttl * 0.7;

    /// <summary>
    /// The guard pets the watchdog only within this after the start of the last successful renewal (or once all is frozen): left alone
    /// from any such moment, it fires no later than expiry + <see cref="Stop"/>.
    /// </summary>
    public TimeSpan PetWindow => Ttl + Stop - Watchdog;

    /// <summary>Without an agent the guard renews for this long; for <see cref="AgentlessHandover"/> while a hand-over is open.</summary>
    public TimeSpan Agentless => TimeSpan.FromMinutes(10);

    public TimeSpan AgentlessHandover => Seconds(5);

    /// <summary>A fence device is used this long after the last sign of life, by default (the fast shot: <see cref="Suspect"/>).</summary>
    public TimeSpan FenceAfter => Ttl + Stop;

    /// <summary>Whoever has not renewed for so long has frozen its machines, or was reset by its watchdog.</summary>
    public TimeSpan SelfFenced => Slowest(Ttl + Stop + Reset);

    /// <summary>A peer's flag counts only when it was held for this long after one's own loss.</summary>
    public TimeSpan Hold { get; }

    /// <summary>After this without storage, while others have it, a host kills its frozen machines and gives them away.</summary>
    public TimeSpan StorageLossLimit => Ttl * 5;

    /// <summary>A machine's signs of life are taken this often.</summary>
    public TimeSpan Pulse { get; } = Seconds(10);

    /// <summary>A guest that has shown no sign of life at all for this long is hung.</summary>
    public TimeSpan HungAfter { get; } = Seconds(60);

    /// <summary>Survivors propose a takeover this much later per slot number, so that they do not duel.</summary>
    public TimeSpan SlotStep => Ms(20);

    /// <summary>
    /// The silence that proves an incarnation dead (an uninterrupted observation, completion of the first read to start of the last).
    /// <paramref name="drain"/> is the store's; <see cref="Infinite"/> gives an infinite answer: no proof by time there.
    /// </summary>
    public TimeSpan Dead(TimeSpan drain)
    {
        if (drain < TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException(nameof(drain), drain, "A drain cannot be negative; measure it with 'holdfast datastore add'.");
        }

        if (drain == Infinite)
        {
            return Infinite;
        }

        return silence > TimeSpan.MaxValue - drain ? Infinite : silence + drain;
    }

    /// <summary>An observation is broken by a gap between two of the observer's reads that is longer than this.</summary>
    /// <param name="slowRead">The 99th percentile of the observer's own reads.</param>
    public TimeSpan ObservationGap(TimeSpan slowRead) => Later(Renew * 4, slowRead * 2);

    /// <summary>What an observer with the fastest allowed clock must wait so that <paramref name="span"/> has passed on the slowest.</summary>
    public TimeSpan Slowest(TimeSpan span) => span * ((1 + ClockRateTolerance) / (1 - ClockRateTolerance));

    /// <summary>The plan with this name, or null.</summary>
    public static TimingPlan? Find(string name) => Profiles.FirstOrDefault(p => p.Name == name);

    /// <summary>The lines of <c>holdfast timers</c>: every value with its meaning, then every inequality with its numbers.</summary>
    public IReadOnlyList<TimerLine> Describe(TimeSpan drain) => TimerLine.Of(this, drain);

    public static TimeSpan Later(TimeSpan one, TimeSpan other) => one >= other ? one : other;

    private static TimeSpan Seconds(int seconds) => TimeSpan.FromSeconds(seconds);

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
