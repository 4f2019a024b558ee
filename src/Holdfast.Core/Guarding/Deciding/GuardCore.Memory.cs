using Holdfast.Core.Guarding;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>The part that shows the state: to the agent, and to the guard that comes after this one.</summary>
internal sealed partial class GuardCore
{
    public GuardMemory Memory() => new(
        _bootId,
        _handOverOpen,
        _note,
        [.. _areas.Values.Select(a => new RememberedArea(a.Opened, a.Incarnation, a.Renewed.Boot, a.Renewed.Raw, a.Expired))],
        [.. _grants.Values],
        [.. _epochs.Select(e => new EpochMark(e.Key, e.Value))],
        [.. _rememberedStops, .. Marks(p => p.State is GuardedState.Freezing or GuardedState.Frozen)],
        [.. _rememberedPauses, .. Marks(p => p.Pause is PauseState.Paused or PauseState.Resuming)]);

    public GuardReport Report(ClockReading now) => new(
        now.Boot,
        _life,
        !_hasWatchdog ? "none" : _armed is null ? "lost" : "armed",
        [.. _areas.Select(a => Show(now, a.Key, a.Value))],
        [.. ShowMachines()]);

    /// <summary>The processes whose threads are to be looked at: at once for those that are being frozen, at leisure for the frozen ones.</summary>
    public IReadOnlyList<(int Pid, GuardedState State)> Watched() =>
        [.. _processes.Values.Where(p => p.State is GuardedState.Freezing or GuardedState.Frozen).Select(p => (p.Pid, p.State))];

    private IEnumerable<StoppedProcess> Marks(Func<GuestProcess, bool> which) => _processes.Values.Where(which).Select(p => new StoppedProcess(p.Pid, p.StartTime));

    private GuardedArea Show(ClockReading now, string datastore, Area area)
    {
        var ends = now.Plus(area.Ttl - now.Since(area.Renewed)).Boot;
        var unanswered = area.IsUnanswered(now) ? 1 : 0;
        return new(datastore, area.Incarnation, area.Renewed.Boot, ends, area.Expired, area.Failures + unanswered);
    }

    private IEnumerable<GuardedMachine> ShowMachines()
    {
        foreach (var process in _processes.Values)
        {
            var grant = GrantOf(process);
            if (process.Machine is { } machine && _holders.TryGetValue(machine, out var holder) && holder == process.Pid)
            {
                yield return new(machine, grant?.Epoch ?? 0, process.Pid, process.State);
            }
            else if (grant is null)
            {
                yield return new(process.Stranger, 0, process.Pid, process.State);
            }
        }

        foreach (var grant in _grants.Values.Where(g => !_holders.ContainsKey(g.Machine)))
        {
            yield return new(grant.Machine, grant.Epoch, 0, GuardedState.Absent);
        }
    }

    private void Recall(GuardMemory memory, ClockReading now)
    {
        if (memory.BootId != _bootId)
        {
            return;
        }

        (_handOverOpen, _note) = (memory.HandOverOpen, memory.Note);
        foreach (var kept in memory.Areas)
        {
            // Safety: the start that is remembered is this renewal's or an earlier one's, so the deadline is the old one or earlier.
            var area = new Area(kept.Opened, new(kept.RenewedBoot, kept.RenewedRaw)) { Incarnation = kept.Incarnation, Expired = kept.Expired, ExpiredAt = now };
            _areas[kept.Opened.Datastore] = area;
        }

        foreach (var grant in memory.Grants)
        {
            _grants[grant.Machine] = grant;
        }

        foreach (var mark in memory.Epochs)
        {
            _epochs[mark.Machine] = mark.Epoch;
        }

        _rememberedStops.UnionWith(memory.Stopped);
        _rememberedPauses.UnionWith(memory.Paused);
    }
}
