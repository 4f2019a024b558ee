using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>The part that obeys the agent. Each order ends with one answer; a refusal changes nothing.</summary>
internal sealed partial class GuardCore
{
    private void Obey(ClockReading now, GuardOrder order)
    {
        _lastOrder = now;
        var refusal = order switch
        {
            OpenArea open => Open(now, open),
            CloseArea(var datastore) => Close(datastore),
            Grant grant => Give(grant),
            Revoke(var machine, var epoch) => TakeBack(machine, epoch),
            Rejoin rejoin => Rejoin(now, rejoin),
            SlotNote note => Note(note),
            HandOverOpen(var open) => HandOver(open),
            Core.Guarding.Report => Tell(),
            _ => "This guard does not know the order; run an agent and a guard of the same version.",
        };

        // Safety: the changes are remembered before the answer leaves, so that a guard killed right after it keeps its word.
        foreach (var process in _processes.Values)
        {
            Settle(now, process);
        }

        Do(new GuardAction.Answer(new(order.Id, refusal)));
    }

    private string? Open(ClockReading now, OpenArea open)
    {
        if (_areas.TryGetValue(open.Datastore, out var area))
        {
            if (area.Incarnation == open.Incarnation && area.SlotKey == Area.KeyOf(open))
            {
                return null;
            }

            if (_processes.Values.Any(p => IsBound(p, open.Datastore)))
            {
                return $"Datastore {open.Datastore} is open with incarnation {area.Incarnation} and machines of it still have processes; rejoin it after its expiry, or end them.";
            }
        }

        if (Unfit(now, open) is { } unfit)
        {
            return unfit;
        }

        if (area is not null)
        {
            Drop(open.Datastore, area);
        }

        _areas[open.Datastore] = new(open, now.At(open.CommittedAt));
        Do(new GuardAction.WakeWatchdog());
        Changed();
        return null;
    }

    private string? Unfit(ClockReading now, OpenArea open)
    {
        if (open.RenewMs < 1 || open.StopMs < 1 || open.TtlMs < open.RenewMs * 2 || open.WatchdogMs < 1 || open.WatchdogMs > open.TtlMs + open.StopMs || open.AgentlessMs < 1)
        {
            return $"The timings of datastore {open.Datastore} are not safe (renew {open.RenewMs}, ttl {open.TtlMs}, stop {open.StopMs}, watchdog {open.WatchdogMs} ms); use a profile of 'holdfast timers'.";
        }

        if (!Path.IsPathRooted(open.SlotFile) || open.Offset < 0 || open.Offset % HeartbeatBlock.Length != 0 || open.Slot is < 0 or >= Slot.Count)
        {
            return $"The slot of datastore {open.Datastore} ({open.SlotFile} at {open.Offset}) is not a slot below {Slot.Count} in an absolute path at a multiple of {HeartbeatBlock.Length}.";
        }

        if (_areas.Values.Any(a => a.SlotKey == Area.KeyOf(open) && a.Opened.Datastore != open.Datastore))
        {
            return $"The slot {open.SlotFile} at {open.Offset} is already renewed for another datastore.";
        }

        return Stale(now, open.CommittedAt, TimeSpan.FromMilliseconds(open.TtlMs));
    }

    private static string? Stale(ClockReading now, long committedAt, TimeSpan ttl)
    {
        if (committedAt > now.Boot)
        {
            return "The commit's moment lies in the future; it must be read from this host's CLOCK_BOOTTIME.";
        }

        return now.Since(now.At(committedAt)) < ttl ? null : $"The commit of the incarnation began more than {ttl.TotalSeconds:0.###} s (ttl) ago; commit another incarnation.";
    }

    private string? Close(string datastore)
    {
        if (!_areas.TryGetValue(datastore, out var area))
        {
            return null;
        }

        if (_processes.Values.FirstOrDefault(p => IsBound(p, datastore)) is { } process)
        {
            return $"Machine {process.Machine} on datastore {datastore} still has a process ({process.Pid}); end it first.";
        }

        Drop(datastore, area);
        Do(new GuardAction.WakeWatchdog());
        Changed();
        return null;
    }

    /// <summary>Its grant names the datastore, or its last one did.</summary>
    private bool IsBound(GuestProcess process, string datastore) =>
        process.LastDatastores.Contains(datastore)
        || (process.Machine is { } machine && _grants.TryGetValue(machine, out var grant) && grant.Datastores.Contains(datastore));

    private void Drop(string datastore, Area area)
    {
        _areas.Remove(datastore);
        foreach (var machine in _grants.Values.Where(g => g.Datastores.Contains(datastore)).Select(g => g.Machine).ToArray())
        {
            _grants.Remove(machine);
        }

        Do(new GuardAction.Retire(area.SlotKey));
    }

    private string? Give(Grant grant)
    {
        if (grant.Machine == Guid.Empty || grant.Datastores is not { Length: > 0 })
        {
            return "A grant needs a machine and at least one datastore.";
        }

        if (_epochs.GetValueOrDefault(grant.Machine) > grant.Epoch)
        {
            return $"Epoch {grant.Epoch} of machine {grant.Machine} is older than {_epochs[grant.Machine]}, which was granted or revoked before; read the lease table again.";
        }

        foreach (var datastore in grant.Datastores)
        {
            if (!_areas.TryGetValue(datastore, out var area))
            {
                return $"Datastore {datastore} is not open; open its area first.";
            }

            if (area.Expired)
            {
                return $"The right on datastore {datastore} has expired; commit a new incarnation and rejoin.";
            }

            // Safety: while an area without machines was late, the watchdog was petted past its window.
            if (!IsCovered(area))
            {
                return $"The renewal on datastore {datastore} is late, so the watchdog would not cover a new machine; ask again after the next renewal.";
            }
        }

        _grants[grant.Machine] = grant with { Id = 0 };
        _epochs[grant.Machine] = grant.Epoch;
        Choose(grant.Machine);
        Changed();
        return null;
    }

    private string? TakeBack(Guid machine, ulong epoch)
    {
        if (_grants.TryGetValue(machine, out var grant) && grant.Epoch > epoch)
        {
            return $"Machine {machine} holds epoch {grant.Epoch}, which is newer than {epoch}; read the lease table again.";
        }

        _epochs[machine] = Math.Max(epoch, _epochs.GetValueOrDefault(machine));
        if (_grants.Remove(machine))
        {
            Changed();
        }

        return null;
    }

    private string? Rejoin(ClockReading now, Rejoin rejoin)
    {
        if (!_areas.TryGetValue(rejoin.Datastore, out var area))
        {
            return $"Datastore {rejoin.Datastore} is not open; open its area.";
        }

        if (!area.Expired)
        {
            return $"The right on datastore {rejoin.Datastore} has not expired; there is nothing to rejoin.";
        }

        if (rejoin.Incarnation == area.Incarnation)
        {
            return $"Incarnation {rejoin.Incarnation} has expired for good; commit another one.";
        }

        if (Stale(now, rejoin.CommittedAt, area.Ttl) is { } stale)
        {
            return stale;
        }

        if (rejoin.Thaw.FirstOrDefault(t => t.Epoch < _epochs.GetValueOrDefault(t.Machine)) is { } old)
        {
            return $"Epoch {old.Epoch} of machine {old.Machine} is older than {_epochs[old.Machine]}, which was granted or revoked before; read the lease table again.";
        }

        Readmit(now, area, rejoin);
        return null;
    }

    private void Readmit(ClockReading now, Area area, Rejoin rejoin)
    {
        var thaw = rejoin.Thaw.Select(t => t.Machine).ToHashSet();
        foreach (var process in _processes.Values.Where(p => p.Machine is { } m && !thaw.Contains(m) && IsBound(p, rejoin.Datastore)).ToArray())
        {
            if (process.State != GuardedState.Ending)
            {
                End(process);
            }
        }

        foreach (var lost in _grants.Values.Where(g => g.Datastores.Contains(rejoin.Datastore) && !thaw.Contains(g.Machine)).ToArray())
        {
            _grants.Remove(lost.Machine);
        }

        foreach (var (machine, epoch) in rejoin.Thaw)
        {
            _grants[machine] = _grants.TryGetValue(machine, out var grant) ? grant with { Epoch = epoch } : new(machine, epoch, [rejoin.Datastore], null);
            _epochs[machine] = epoch;
        }

        (area.Incarnation, area.Renewed, area.Expired) = (rejoin.Incarnation, now.At(rejoin.CommittedAt), false);
        (area.Tried, area.Token, area.Failures, area.LastError) = (null, 0, 0, null);
        Changed();
        Do(new GuardAction.WakeWatchdog());
        Do(new GuardAction.Say($"Datastore {rejoin.Datastore} was rejoined with incarnation {rejoin.Incarnation}; {rejoin.Thaw.Length} machines go on."));
    }

    private string? Note(SlotNote note)
    {
        var flags = _note.Flags;
        _note = note with { Id = 0 };
        if (flags != note.Flags)
        {
            Changed();
        }

        return null;
    }

    private string? HandOver(bool open)
    {
        if (_handOverOpen != open)
        {
            _handOverOpen = open;
            Changed();
        }

        return null;
    }

    private string? Tell()
    {
        Do(new GuardAction.Tell(true));
        return null;
    }
}
