using Holdfast.Core.Guarding;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>The part that follows the processes: who may run is frozen or thawed until it is so.</summary>
internal sealed partial class GuardCore
{
    /// <summary>The one process of this machine. A second one with its id is a stranger, as a machine runs at most once.</summary>
    private GuestProcess? HolderOf(Guid machine) => _holders.TryGetValue(machine, out var pid) ? _processes[pid] : null;

    private void TakeProcess(GuardInput.ProcessSeen seen)
    {
        var process = new GuestProcess(seen.Pid, seen.StartTime, seen.Parent, seen.Machine);
        if (_rememberedStops.Remove(new(seen.Pid, seen.StartTime)))
        {
            // A former guard stopped it, so thawing it is this guard's to do. Freezing, not Frozen: nobody has looked yet.
            process.State = GuardedState.Freezing;
        }

        if (_rememberedPauses.Remove(new(seen.Pid, seen.StartTime)))
        {
            process.Pause = PauseState.Paused;
        }

        _processes[seen.Pid] = process;
        Choose(seen.Machine);
        Changed();
    }

    private void TakeGone(int pid)
    {
        if (_processes.Remove(pid, out var process))
        {
            Choose(process.Machine);
            Changed();
            Do(new GuardAction.WakeWatchdog());
        }
    }

    /// <summary>Keeps the process that has the machine's id, or else gives it to the oldest one that is not ending.</summary>
    private void Choose(Guid? machine)
    {
        if (machine is not { } id || (_holders.TryGetValue(id, out var pid) && _processes.TryGetValue(pid, out var holder) && holder.State != GuardedState.Ending))
        {
            return;
        }

        var candidates = _processes.Values.Where(p => p.Machine == id);
        if (candidates.OrderBy(p => p.State == GuardedState.Ending).ThenBy(p => p.StartTime).FirstOrDefault() is { } next)
        {
            _holders[id] = next.Pid;
        }
        else
        {
            _holders.Remove(id);
        }
    }

    private void TakeThreads(int pid, bool stopped)
    {
        if (!_processes.TryGetValue(pid, out var process))
        {
            return;
        }

        if (process.State == GuardedState.Freezing && stopped)
        {
            process.State = GuardedState.Frozen;
            Do(new GuardAction.Tell(false));
            Do(new GuardAction.WakeWatchdog());
        }
        else if (process.State == GuardedState.Freezing)
        {
            // A thread in the kernel stops late; but a SIGCONT of somebody else may also have undone the stop, so it is sent again.
            Do(new GuardAction.Signal(pid, ProcessSignal.Stop));
        }
        else if (process.State == GuardedState.Frozen && !stopped)
        {
            // Somebody else has sent it SIGCONT.
            process.State = GuardedState.Freezing;
            Do(new GuardAction.Signal(pid, ProcessSignal.Stop));
            Do(new GuardAction.Say($"Process {pid} ran on without right and is stopped again. Find out who sends SIGCONT."));
        }
    }

    private void TakePause(ClockReading now, int pid, PauseState state)
    {
        if (_processes.TryGetValue(pid, out var process))
        {
            (process.Pause, process.PauseTry) = (state, now.Plus(RetryPause));
            Changed();
        }
    }

    private Grant? GrantOf(GuestProcess process) => GrantOf(process, out _);

    /// <param name="holds">It is the one process of its machine, not a fork of that.</param>
    private Grant? GrantOf(GuestProcess process, out bool holds)
    {
        holds = false;
        if (process.Machine is not { } machine || !_grants.TryGetValue(machine, out var grant) || !_holders.TryGetValue(machine, out var holder))
        {
            return null;
        }

        holds = holder == process.Pid;

        // A fork of the machine's process (QEMU forks to run a script or to migrate through a program) shares its right until it has executed.
        return holds || process.Parent == holder ? grant : null;
    }

    private bool HasRight(Grant grant)
    {
        foreach (var datastore in grant.Datastores)
        {
            if (!_areas.TryGetValue(datastore, out var area) || area.Expired)
            {
                return false;
            }
        }

        return true;
    }

    private bool IsLate(ClockReading now, Grant grant)
    {
        foreach (var datastore in grant.Datastores)
        {
            if (_areas[datastore].IsLate(now))
            {
                return true;
            }
        }

        return false;
    }

    private void Settle(ClockReading now, GuestProcess process)
    {
        if (process.State == GuardedState.Ending)
        {
            return;
        }

        var grant = GrantOf(process, out var holds);
        process.LastDatastores = grant?.Datastores ?? process.LastDatastores;
        if (grant is null || !HasRight(grant))
        {
            Freeze(process, grant);
        }
        else if (process.State is GuardedState.Freezing or GuardedState.Frozen)
        {
            Thaw(process, grant);
        }
        else if (holds)
        {
            SettlePause(now, process, grant);
        }
    }

    private void Freeze(GuestProcess process, Grant? grant)
    {
        if (process.State is GuardedState.Freezing or GuardedState.Frozen || Lacks(GuardFlaws.NeverFreezes))
        {
            return;
        }

        process.State = GuardedState.Freezing;
        Do(new GuardAction.Signal(process.Pid, ProcessSignal.Stop));
        Do(new GuardAction.Look());
        Changed();
        if (grant is null)
        {
            Do(new GuardAction.Say($"Process {process.Pid} of machine {process.Machine?.ToString() ?? "(none named)"} has no grant and is frozen."));
        }
    }

    private void Thaw(GuestProcess process, Grant grant)
    {
        // Safety: after an expiry the watchdog is petted as long as all is frozen. A thaw waits until the watchdog fires early enough again.
        if (!grant.Datastores.All(d => IsCovered(_areas[d])))
        {
            return;
        }

        process.State = GuardedState.Free;
        Do(new GuardAction.Signal(process.Pid, ProcessSignal.Continue));
        Changed();
    }

    private void SettlePause(ClockReading now, GuestProcess process, Grant grant)
    {
        process.State = process.Pause is PauseState.Paused or PauseState.Resuming ? GuardedState.Stopped : GuardedState.Free;
        if (grant.QmpSocket is not { } socket || now.Since(process.PauseTry) < TimeSpan.Zero)
        {
            return;
        }

        var late = IsLate(now, grant);

        if (late && process.Pause == PauseState.None)
        {
            process.Pause = PauseState.Pausing;
            Do(new GuardAction.Pause(process.Pid, socket));
        }
        else if (!late && process.Pause == PauseState.Paused)
        {
            process.Pause = PauseState.Resuming;
            Do(new GuardAction.Resume(process.Pid, socket));
        }
    }

    private void End(GuestProcess process)
    {
        process.EndedStill = process.State == GuardedState.Frozen;
        process.State = GuardedState.Ending;
        Do(new GuardAction.Signal(process.Pid, ProcessSignal.Kill));
        Do(new GuardAction.Say($"Process {process.Pid} of machine {process.Machine?.ToString() ?? "(none named)"} lost its right for good and is killed."));
        Choose(process.Machine);
    }
}
