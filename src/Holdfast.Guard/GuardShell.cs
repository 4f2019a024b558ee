using System.Collections.Concurrent;
using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;
using Holdfast.Guard.Linux;

namespace Holdfast.Guard;

/// <summary>
/// Puts the decisions into threads: one keeps the deadlines and never touches storage, one a slot writes it, one looks at the processes,
/// one pets the watchdog, one listens to the agent, one records and tells. All take their turns at the core under one lock, in which the
/// signals are sent too, so that a stop and a continue never change places.
/// </summary>
internal sealed class GuardShell
{
    private const int TellEvery = 100;
    private readonly object _gate = new();
    private readonly object _saving = new();
    private readonly GuardCore _core;
    private readonly GuardLock _lock;
    private readonly StateFile _state;
    private readonly ProcessFinder _finder;
    private readonly WatchdogLink? _watchdog;
    private readonly AgentSocket _agent;
    private readonly Dictionary<string, SlotWriter> _writers = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _sayings = new();
    private readonly AutoResetEvent _voice = new(false);
    private ClockReading _sleepsUntil;
    private long _changes = 1;
    private long _saved;
    private bool _tell;
    private bool _asked;

    public GuardShell(GuardArguments arguments, GuardLock guardLock)
    {
        _lock = guardLock;
        _state = new(arguments.State);
        var memory = _state.Load(out var lastOrder, out var complaint);
        if (complaint is not null)
        {
            Say(complaint);
        }

        var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        _core = new(Guid.NewGuid(), boot, arguments.Watchdog is not null, Clocks.Read(), memory, lastOrder);
        _finder = new(i => Post(i), Watched);
        _watchdog = arguments.Watchdog is { } path ? new(path, Post) : null;
        _agent = new(arguments.Socket, Obey);
    }

    public void Start()
    {
        RealTime.Start("deadline", KeepDeadlines, priority: 30);
        _finder.Start();
        _watchdog?.Start();
        _agent.Start();
        RealTime.Start("voice", Speak);
    }

    public void Say(string text)
    {
        if (_sayings.Count < 1000)
        {
            _sayings.Enqueue(text);
            _voice.Set();
        }
    }

    /// <summary>The guard ends by order. What is left behind when machines still live: their deadline, the state file, and a watchdog that goes on counting.</summary>
    public string End()
    {
        bool empty;
        lock (_gate)
        {
            empty = _core.MayDisarm;
        }

        Save();
        if (!empty)
        {
            return "The guard ends while QEMU processes live; the watchdog counts on and resets this host unless a guard is back in time.";
        }

        _watchdog?.Disarm();
        return "The guard ends; no QEMU process is left.";
    }

    private IReadOnlyList<(int Pid, GuardedState State)> Watched()
    {
        lock (_gate)
        {
            return _core.Watched();
        }
    }

    private IReadOnlyList<GuardAction> Post(GuardInput input)
    {
        IReadOnlyList<GuardAction> actions;
        lock (_gate)
        {
            var now = Clocks.Read();
            actions = _core.Step(now, input);
            Perform(actions);
            if (now.Plus(_core.Patience(now)).Boot < _sleepsUntil.Boot)
            {
                Monitor.Pulse(_gate);
            }
        }

        foreach (var note in actions.OfType<GuardAction.NoteRenewal>())
        {
            Keep(() => _state.NoteRenewal(note));
        }

        return actions;
    }

    private GuardAnswer? Obey(GuardOrder order)
    {
        var actions = Post(new GuardInput.Ordered(order));
        // Safety: remembered first, answered then.
        if (actions.Any(a => a is GuardAction.Remember))
        {
            Save();
        }

        return actions.OfType<GuardAction.Answer>().FirstOrDefault()?.Message;
    }

    private void KeepDeadlines()
    {
        lock (_gate)
        {
            while (true)
            {
                var now = Clocks.Read();
                Perform(_core.Step(now, new GuardInput.Tick()));
                var patience = _core.Patience(now);
                _sleepsUntil = now.Plus(patience);
                Monitor.Wait(_gate, patience);
            }
        }
    }

    /// <summary>Only what cannot wait for anything: the deadlines' thread does this, under the lock.</summary>
    private void Perform(IReadOnlyList<GuardAction> actions)
    {
        foreach (var action in actions)
        {
            switch (action)
            {
                case GuardAction.Renew renewal: WriterOf(renewal.SlotKey).Give(renewal); break;
                case GuardAction.Retire(var key) when _writers.Remove(key, out var writer): writer.Retire(); break;
                case GuardAction.Signal(var pid, var number): _finder.Signal(pid, number); break;
                case GuardAction.Pause(var pid, var path): RealTime.Start("qmp", () => Post(new GuardInput.PauseEnded(pid, QmpCall.Pause(path)))); break;
                case GuardAction.Resume(var pid, var path): RealTime.Start("qmp", () => Post(new GuardInput.ResumeEnded(pid, QmpCall.Resume(path)))); break;
                case GuardAction.Look: _finder.Wake(); break;
                case GuardAction.WakeWatchdog: _watchdog?.Wake(); break;
                case GuardAction.Remember: _changes++; _voice.Set(); break;
                case GuardAction.Tell(var asked): (_tell, _asked) = (true, _asked || asked); _voice.Set(); break;
                case GuardAction.Say(var text): Say(text); break;
            }
        }
    }

    private SlotWriter WriterOf(string key)
    {
        if (!_writers.TryGetValue(key, out var writer))
        {
            _writers[key] = writer = new(_lock, i => Post(i));
        }

        return writer;
    }

    private void Save()
    {
        lock (_saving)
        {
            GuardMemory memory;
            long changes;
            lock (_gate)
            {
                if (_saved == _changes)
                {
                    return;
                }

                (memory, changes) = (_core.Memory(), _changes);
            }

            if (Keep(() => _state.Save(memory)))
            {
                _saved = changes;
            }
        }
    }

    private bool Keep(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Say($"The state file cannot be written: {e.Message} A guard that is restarted now freezes the machines.");
            return false;
        }
    }

    /// <summary>Everything that may block on a file, a terminal or the agent, and that no deadline depends on.</summary>
    private void Speak()
    {
        var lastTold = 0L;
        while (true)
        {
            _voice.WaitOne(1000);
            Save();
            while (_sayings.TryDequeue(out var text))
            {
                Console.Error.WriteLine($"holdfast-guard: {text}");
            }

            if (Report(Environment.TickCount64 - lastTold >= TellEvery) is { } report)
            {
                lastTold = Environment.TickCount64;
                _agent.Send(report);
            }
            else if (_tell)
            {
                Thread.Sleep((int)Math.Clamp(lastTold + TellEvery - Environment.TickCount64, 1, TellEvery));
                _voice.Set();
            }
        }
    }

    private GuardReport? Report(bool isTime)
    {
        lock (_gate)
        {
            if (!_asked && !(_tell && isTime))
            {
                return null;
            }

            (_tell, _asked) = (false, false);
            return _core.Report(Clocks.Read());
        }
    }
}
