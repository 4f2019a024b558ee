using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// Processes that nobody here answers for: a Create or a Prepare that was given up has taken effect later. The guard lets none of them run, but each has
/// memory, and QEMU may hold the lock of an image that another host needs. They are counted at once and ended soon.
/// </summary>
internal sealed class OrphanDesk(AgentContext context)
{
    /// <summary>Longer than a report of the guard is under way, so that a process that has just ended is not told as an orphan.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);
    private readonly SortedDictionary<Guid, Moment> since = [];

    public void Look()
    {
        if (context.Guard is not { } guard || context.Looking)
        {
            return;
        }

        context.Orphans.Clear();
        foreach (var process in guard.Machines)
        {
            if (AreaOf(process) is { } area)
            {
                Seen(process, area);
            }
        }

        foreach (var gone in since.Keys.Where(m => !context.Orphans.Contains(m)).ToArray())
        {
            since.Remove(gone);
        }
    }

    private void Seen(GuardedMachine process, AreaKeeper area)
    {
        context.Orphans.Add(process.Machine);
        since.TryAdd(process.Machine, context.Now);
        if (context.Now - since[process.Machine] >= Wait)
        {
            context.LocalOf(area, process.Machine).EndOrphan(process.Epoch);
        }
    }

    /// <summary>The datastore whose table gives this process's machine to others or to nobody; null when it is no orphan, or nobody can tell.</summary>
    private AreaKeeper? AreaOf(GuardedMachine process)
    {
        if (process.Pid == 0 || process.State == GuardedState.Ending || context.Found.ContainsKey(process.Machine)
            || (context.Local.TryGetValue(process.Machine, out var local) && !local.IsIdle))
        {
            return null;
        }

        // Safety: a table older than the process's grant says nothing about it, and one that does not show its machine may be the wrong one.
        return context.AreasInOrder.FirstOrDefault(a =>
            a.State == AreaState.Ready && a.Table.Version >= process.Epoch && a.Table.Machine(new MachineId(process.Machine)) is { } entry && !IsOurs(entry));
    }

    private bool IsOurs(MachineEntry entry) => entry.Owner?.Slot.Value == context.Settings.Slot || entry.Target?.Slot.Value == context.Settings.Slot;
}
