using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Tests.Deciding;

/// <summary>A guard driven by random acts, with its own account of what the outer world may suffer: which right is valid, when the watchdog fires, who can run.</summary>
internal sealed class RandomLife
{
    private readonly CoreWorld _world = new();
    private readonly Dictionary<int, bool> _canRun = [];
    private long _fires;
    private ulong _epoch = 10;
    private int _pid = 100;
    private int _read;

    public RandomLife()
    {
        _fires = _world.Now.Boot + 4_000_000_000;
        _read = _world.Log.Count;
    }

    public void Act(int act, int time)
    {
        switch (act)
        {
            case 0 or 1 or 2: _world.Advance(time); break;
            case 3 or 4: _world.EndWrites(); break;
            case 5: _world.EndWrites("broken"); break;
            case 6: Start(granted: true); break;
            case 7: Start(granted: false); break;
            case 8: See(_pid - (time % 3)); break;
            case 9: Rejoin(time); break;
            case 10: _world.Look(); break;
            case 11: _world.Look(); _world.Turn(); break;
            case 12: Die(_pid - (time % 3)); break;
            case 13: Run(time / 4); break;
        }

        Follow();
    }

    public void Check()
    {
        var area = _world.Report.Areas.Single();
        foreach (var (pid, runs) in _canRun)
        {
            // Without a grant it is the finder's quarter of a second and the freeze that bound it; here: it was told to stop.
            if (runs && _world.Report.Machines.Single(m => m.Pid == pid).Epoch != 0)
            {
                Assert.True(_fires <= area.Until + 1_000_000_000, $"process {pid} can run and the watchdog fires {(_fires - area.Until) / 1e9:0.000} s after its right's end");
            }
        }
    }

    private void Run(int milliseconds)
    {
        for (var passed = 0; passed < milliseconds; passed += 100)
        {
            _world.Run(100);
            Follow(TimeSpan.FromMilliseconds(100));
        }
    }

    private void Start(bool granted)
    {
        var pid = ++_pid;
        var machine = new Guid(pid, 0, 0, new byte[8]);
        if (granted && _world.Order(new Grant(machine, ++_epoch, [CoreWorld.Store], null)) is not null)
        {
            return;
        }

        _canRun[pid] = true;
        _world.Post(new GuardInput.ProcessSeen(pid, (ulong)pid, 1, machine));
    }

    private void See(int pid)
    {
        if (_canRun.TryGetValue(pid, out var runs) && !runs)
        {
            _world.SeeStopped(pid);
        }
    }

    private void Rejoin(int age)
    {
        var thaw = _canRun.Keys.Where(pid => pid % 2 == 0).Select(pid => new Thawed(new Guid(pid, 0, 0, new byte[8]), ++_epoch));
        _world.Order(new Rejoin(CoreWorld.Store, Guid.NewGuid(), _world.Now.Boot - (age * 2_000_000L), [.. thaw]));
    }

    private void Die(int pid)
    {
        if (_canRun.Remove(pid))
        {
            _world.Post(new GuardInput.ProcessGone(pid));
        }
    }

    /// <summary>What the actions do to the world. A stop takes effect when it is seen; until then the process runs.</summary>
    private void Follow(TimeSpan ago = default)
    {
        foreach (var action in _world.Log.Skip(_read))
        {
            switch (action)
            {
                case GuardAction.Signal(var pid, var signal) when _canRun.ContainsKey(pid): _canRun[pid] = signal == ProcessSignal.Continue; break;
                case GuardAction.ArmWatchdog(var timeout): _fires = _world.Now.Boot + ((timeout - ago).Ticks * 100); break;
                case GuardAction.PetWatchdog: _fires = _world.Now.Boot + 4_000_000_000 - (ago.Ticks * 100); break;
            }
        }

        _read = _world.Log.Count;
    }
}
