using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>
/// All decisions of the guard (DESIGN §4): who may run, until when, and what is done to who may not. Synchronous, without clock, file or
/// thread: <see cref="Step"/> takes the time and one input and returns what to do. The caller keeps the steps in one order.
/// </summary>
internal sealed partial class GuardCore
{
    private static readonly TimeSpan AgentSilence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan AgentlessHandOver = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(300);

    private readonly SortedList<string, Area> _areas = new(StringComparer.Ordinal);
    private readonly Dictionary<Guid, Grant> _grants = [];
    private readonly Dictionary<Guid, ulong> _epochs = [];
    private readonly SortedList<int, GuestProcess> _processes = [];
    private readonly Dictionary<Guid, int> _holders = [];

    /// <summary>Slots with a write in flight: none gets a second one, whichever area it belongs to by then (DESIGN §3, rule 3).</summary>
    private readonly HashSet<string> _writing = new(StringComparer.Ordinal);

    private readonly HashSet<StoppedProcess> _rememberedStops = [];
    private readonly HashSet<StoppedProcess> _rememberedPauses = [];
    private readonly Guid _life;
    private readonly string _bootId;
    private List<GuardAction> _actions = [];
    private ClockReading _lastOrder;
    private SlotNote _note = new(0, 0, 0, 0);
    private bool _handOverOpen;
    private long _token;
    private ulong _counter;

    public GuardCore(Guid life, string bootId, bool hasWatchdog, ClockReading now, GuardMemory? memory = null, ClockReading? lastOrder = null)
    {
        (_life, _bootId, _hasWatchdog) = (life, bootId, hasWatchdog);
        _lastOrder = lastOrder ?? now;
        _petted = now;
        if (memory is not null)
        {
            Recall(memory, now);
        }
    }

    public GuardFlaws Flaws { get; init; }

    private bool Lacks(GuardFlaws protection) => (Flaws & protection) != 0;

    public IReadOnlyList<GuardAction> Step(ClockReading now, GuardInput input)
    {
        _actions = [];
        // Safety: what has expired by now is latched before anything else is believed, so that a late completion or order finds it expired.
        Latch(now);
        Take(now, input);
        Latch(now);
        for (var i = 0; i < _processes.Count; i++)
        {
            Settle(now, _processes.GetValueAtIndex(i));
        }

        for (var i = 0; i < _areas.Count; i++)
        {
            var area = _areas.GetValueAtIndex(i);
            Renew(now, area);
            if (area.IsUnanswered(now) && !area.ToldUnanswered)
            {
                area.ToldUnanswered = true;
                Do(new GuardAction.Tell(false));
            }
        }

        return _actions;
    }

    /// <summary>The longest time that the caller may let pass until the next <see cref="GuardInput.Tick"/>.</summary>
    public TimeSpan Patience(ClockReading now)
    {
        var patience = TimeSpan.FromSeconds(1);
        for (var i = 0; i < _areas.Count; i++)
        {
            var area = _areas.GetValueAtIndex(i);
            if (area.Expired)
            {
                continue;
            }

            var age = now.Since(area.Renewed);
            // The wait is measured by a third clock, which may be slower than these two: a tenth is left for another, shorter wait.
            patience = Shorter(patience, (area.Ttl - age) * 0.9);
            if (age < area.EarlyStop)
            {
                patience = Shorter(patience, (area.EarlyStop - age) * 0.9);
            }

            if (area.Tried is { } tried && !(_writing.Contains(area.SlotKey) && area.ToldUnanswered))
            {
                patience = Shorter(patience, area.Renew - now.Since(tried));
            }
        }

        var least = TimeSpan.FromMilliseconds(1);
        return patience < least ? least : patience;
    }

    private static TimeSpan Shorter(TimeSpan one, TimeSpan other) => one <= other ? one : other;

    private void Do(GuardAction action) => _actions.Add(action);

    /// <summary>Something that a restarted guard and the agent must know has changed.</summary>
    private void Changed()
    {
        foreach (var action in _actions)
        {
            if (action is GuardAction.Remember)
            {
                return;
            }
        }

        Do(new GuardAction.Remember());
        Do(new GuardAction.Tell(false));
    }

    private void Latch(ClockReading now)
    {
        for (var i = 0; i < _areas.Count; i++)
        {
            var area = _areas.GetValueAtIndex(i);
            if (area.Latch(now))
            {
                Do(new GuardAction.Say($"The right on datastore {area.Opened.Datastore} has expired{(area.LastError is { } e ? $": {e}" : "")}. Its machines are frozen until a rejoin."));
                Do(new GuardAction.Look());
                Changed();
            }
        }
    }

    private void Take(ClockReading now, GuardInput input)
    {
        switch (input)
        {
            case GuardInput.Ordered(var order): Obey(now, order); break;
            case GuardInput.Renewed ended: TakeRenewal(now, ended); break;
            case GuardInput.ProcessSeen seen: TakeProcess(seen); break;
            case GuardInput.ProcessGone(var pid): TakeGone(pid); break;
            case GuardInput.ThreadsSeen(var pid, var stopped): TakeThreads(pid, stopped); break;
            case GuardInput.LookEnded(var began): _looked = began; Do(new GuardAction.WakeWatchdog()); break;
            case GuardInput.PauseEnded(var pid, var sent): TakePause(now, pid, sent ? PauseState.Paused : PauseState.None); break;
            case GuardInput.ResumeEnded(var pid, var done): TakePause(now, pid, done ? PauseState.None : PauseState.Paused); break;
            case GuardInput.WatchdogTurn: TurnWatchdog(now); break;
            case GuardInput.WatchdogArmed(var timeout): TakeArmed(timeout); break;
            case GuardInput.WatchdogLost: TakeLost(); break;
        }
    }

    private void Renew(ClockReading now, Area area)
    {
        if ((area.Expired && !Lacks(GuardFlaws.RenewsAfterExpiry)) || _writing.Contains(area.SlotKey) || (area.Tried is { } tried && now.Since(tried) < area.Renew))
        {
            return;
        }

        var silence = now.Since(_lastOrder);
        if (silence >= (_handOverOpen ? Shorter(AgentlessHandOver, area.Agentless) : area.Agentless))
        {
            area.LastError = "no agent has given an order for too long, so the slot was not renewed any more";
            return;
        }

        (area.Token, area.Tried, area.ToldUnanswered) = (++_token, now, false);
        // The counter grows also over a restart of the guard, because it follows the boot's clock.
        _counter = Math.Max(_counter + 1, (ulong)Math.Max(0, now.Boot / 1_000_000));
        _writing.Add(area.SlotKey);
        Do(new GuardAction.Renew(area.SlotKey, area.Token, area.Opened, area.Incarnation, _counter, FlagsNow(silence), _note));
    }

    /// <summary>The agent's flags, and what only the guard knows.</summary>
    private HeartbeatFlags FlagsNow(TimeSpan silence) =>
        (HeartbeatFlags)_note.Flags
        | (silence >= AgentSilence ? HeartbeatFlags.Agentless : 0)
        | (AnyExpired() ? HeartbeatFlags.Expired : 0);

    private bool AnyExpired()
    {
        for (var i = 0; i < _areas.Count; i++)
        {
            if (_areas.GetValueAtIndex(i).Expired)
            {
                return true;
            }
        }

        return false;
    }

    private void TakeRenewal(ClockReading now, GuardInput.Renewed ended)
    {
        _writing.Remove(ended.SlotKey);
        var area = _areas.Values.FirstOrDefault(a => a.SlotKey == ended.SlotKey);
        // Safety: a write that began under another incarnation, or ended after the expiry (which clears the token), never counts.
        if (area is null || area.Tried is not { } start || ((area.Expired || area.Token != ended.Token) && !Lacks(GuardFlaws.RenewsAfterExpiry)))
        {
            return;
        }

        area.Token = 0;
        if (ended.Error is { } error)
        {
            if (area.LastError != error)
            {
                Do(new GuardAction.Say($"The renewal on datastore {area.Opened.Datastore} failed: {error}"));
            }

            area.Failures++;
            area.LastError = error;
            Do(new GuardAction.Tell(false));
            return;
        }

        if (area.LastError is not null)
        {
            Do(new GuardAction.Say($"The renewal on datastore {area.Opened.Datastore} succeeded again after {now.Since(area.Renewed).TotalSeconds:0.0} s."));
        }

        (area.Renewed, area.Failures, area.LastError) = (start, 0, null);
        area.Expired &= !Lacks(GuardFlaws.RenewsAfterExpiry);
        Do(new GuardAction.NoteRenewal(area.Opened.AreaId, area.Incarnation, start, _lastOrder));
        Do(new GuardAction.Tell(false));
        Do(new GuardAction.WakeWatchdog());
    }
}
