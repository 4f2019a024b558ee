using System.Diagnostics;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Qmp;

namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>
/// Freezes the source's QEMU at the hand-over and looks again (DESIGN §6.5): freeze first, look afterwards, because between a look and a freeze the machine
/// could be resumed by QEMU, by libvirtd or by a person. Arm it before the migration; it notes the switch-over, and the vCPUs' CPU time at "completed".
/// </summary>
/// <remarks>
/// Safety: QEMU writes RESUME to its monitors before it lets a CPU run (vm_prepare_start), so once it is frozen and the socket is drained, no RESUME
/// after STOP means that no CPU has run. The CPU time is a second witness for a monitor that lies; it is not exact, because a thread
/// that enters the stop is woken for it.
/// </remarks>
public sealed class SourceFreeze : IDisposable
{
    // A woken thread that only enters the stop was seen to use up to 0.1 ms here; guest code that ran until the freeze uses milliseconds.
    private static readonly TimeSpan CpuTimeAllowed = TimeSpan.FromMilliseconds(1);

    private readonly ProcessDescriptor _descriptor;
    private readonly ThreadStates _threads;
    private readonly QmpClient _qmp;
    private readonly StepTimes? _times;
    private readonly Lock _gate = new();
    private RunRecord? _atSwitchOver;
    private long _cpuAtCompleted = -1;

    private SourceFreeze(ProcessDescriptor descriptor, ThreadStates threads, QmpClient qmp, StepTimes? times)
    {
        _descriptor = descriptor;
        _threads = threads;
        _qmp = qmp;
        _times = times;
    }

    /// <summary>Raised on the QMP thread at this QEMU's MIGRATION "completed".</summary>
    public event Action? Completed;

    /// <summary>True once QEMU has reported the migration as completed.</summary>
    public bool IsCompleted
    {
        get
        {
            lock (_gate)
            {
                return _cpuAtCompleted >= 0;
            }
        }
    }

    /// <summary>Begins to watch; null when the process is gone.</summary>
    public static SourceFreeze? Arm(ProcessIdentity process, QmpClient qmp, StepTimes? times = null)
    {
        if (ProcessDescriptor.Open(process) is not { } descriptor)
        {
            return null;
        }

        var freeze = new SourceFreeze(descriptor, new ThreadStates(process.Pid), qmp, times);
        qmp.EventReceived += freeze.Watch;
        return freeze;
    }

    /// <summary>SIGSTOP, wait until every thread is stopped, look again. Blocks for about 2 ms, at most <paramref name="limit"/>. The process stays frozen whatever the verdict.</summary>
    public FreezeReport Freeze(TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        _times?.Mark("freeze", begun);
        if (!_descriptor.Signal(ProcessDescriptor.SigStop))
        {
            return Report(FreezeVerdict.Gone, "the process has ended", begun, default, default);
        }

        var stopped = _threads.WaitAllStopped(limit);
        var toStopped = Stopwatch.GetElapsedTime(begun);
        _times?.Mark("frozen");
        return stopped switch
        {
            StopResult.Gone => Report(FreezeVerdict.Gone, "the process has ended", begun, toStopped, default),
            StopResult.NotYet => Report(FreezeVerdict.Unknown, $"not every thread stopped within {limit.TotalMilliseconds:0} ms", begun, toStopped, default),
            _ => Look(begun, toStopped),
        };
    }

    /// <summary>SIGCONT, because the machine stays here; false when the process has ended.</summary>
    public bool Thaw() => _descriptor.Signal(ProcessDescriptor.SigCont);

    /// <summary>SIGKILL and wait until all threads are gone. Blocks at most <paramref name="limit"/>.</summary>
    public EndReport Kill(TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        if (!_descriptor.Signal(ProcessDescriptor.SigKill))
        {
            return new EndReport(EndResult.WasGone, Stopwatch.GetElapsedTime(begun));
        }

        var gone = _descriptor.WaitGone(limit);
        return new EndReport(gone ? EndResult.Gone : EndResult.StillThere, Stopwatch.GetElapsedTime(begun));
    }

    public void Dispose()
    {
        _qmp.EventReceived -= Watch;
        _descriptor.Dispose();
    }

    private void Watch(QmpEvent happened)
    {
        if (happened.Kind == QmpEventKind.Stop)
        {
            _times?.Mark("stop", happened.Received);
        }
        else if (happened.Kind == QmpEventKind.Migration)
        {
            WatchMigration(happened);
        }
    }

    private void WatchMigration(QmpEvent happened)
    {
        switch (happened.Status)
        {
            case "setup":
                lock (_gate)
                {
                    _atSwitchOver = null;
                    _cpuAtCompleted = -1;
                }

                break;
            case "pre-switchover" or "device":
                NoteSwitchOver();
                break;
            case "completed":
                NoteSwitchOver();
                var cpu = _threads.CpuNanoseconds();
                lock (_gate)
                {
                    _cpuAtCompleted = cpu;
                }

                _times?.Mark("completed", happened.Received);
                Completed?.Invoke();
                break;
            default:
                break;
        }
    }

    // The guest has stopped by now (STOP comes 2 ms before pre-switchover): from here on no RESUME may be seen, also none that a STOP followed.
    private void NoteSwitchOver()
    {
        lock (_gate)
        {
            _atSwitchOver ??= _qmp.Run;
        }
    }

    private FreezeReport Look(long begun, TimeSpan toStopped)
    {
        if (_qmp.IsClosed || !_qmp.Drained(TimeSpan.FromMilliseconds(20)) || _qmp.IsClosed)
        {
            return Report(FreezeVerdict.Unknown, "its QMP socket has ended or could not be read to the end", begun, toStopped, default);
        }

        var run = _qmp.Run;
        RunRecord? before;
        long baseline;
        lock (_gate)
        {
            before = _atSwitchOver;
            baseline = _cpuAtCompleted;
        }

        if (before is not { } atSwitchOver || baseline < 0)
        {
            return Report(FreezeVerdict.Unknown, "QEMU has not reported the migration as completed on this connection", begun, toStopped, default);
        }

        if (run.Resumes != atSwitchOver.Resumes || (run.Resumes > 0 && !run.StoppedLast))
        {
            return Report(FreezeVerdict.RanAgain, "QEMU reported RESUME after it had stopped for the switch-over", begun, toStopped, default);
        }

        var now = _threads.CpuNanoseconds();
        var used = TimeSpan.FromMicroseconds((now - baseline) / 1000.0);
        return now < 0 || used < TimeSpan.Zero || used > CpuTimeAllowed
            ? Report(FreezeVerdict.Unknown, $"its vCPU threads used {used.TotalMilliseconds:0.0} ms since the switch-over without a RESUME", begun, toStopped, used)
            : Report(FreezeVerdict.StillPaused, "frozen; no RESUME since STOP", begun, toStopped, used);
    }

    private static FreezeReport Report(FreezeVerdict verdict, string reason, long begun, TimeSpan toStopped, TimeSpan cpu) =>
        new(verdict, reason, Stopwatch.GetElapsedTime(begun), toStopped, cpu);
}
