using System.Collections.Immutable;
using Holdfast.Core.Balancing.Model;
using Holdfast.Core.Balancing.Search;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Balancing;

/// <summary>
/// Decides which machines leave hosts that are hot for longer than a moment. Memory is a hard, transient resource and CPU a soft one above the cool share, so that the plan can be carried out
/// in any order without overcommitting memory; machines that moved lately and those of hosts that are merely warm stay.
/// </summary>
public static class Balancer
{
    public static BalanceRound Round(Moment now, BalancerView view, BalancerSettings settings, BalancerMemory memory, Func<bool> shouldStop)
    {
        var load = view.Machines.ToLookup(m => m.Slot, m => m.CpuMHz);
        var share = view.Hosts.ToDictionary(h => h.Slot, h => h.CpuMHz > 0 ? load[h.Slot].Sum() / h.CpuMHz : 0);
        var hotSince = share.Where(s => s.Value > settings.HotShare).ToImmutableSortedDictionary(s => s.Key, s => memory.HotSince.GetValueOrDefault(s.Key, now));
        var movedAt = memory.MovedAt.RemoveRange(memory.MovedAt.Where(m => now - m.Value >= settings.CoolDown).Select(m => m.Key));
        var relieved = hotSince.Where(h => now - h.Value >= settings.Hold).Select(h => h.Key).ToHashSet();
        if (relieved.Count == 0)
        {
            return new([], [], new(hotSince, movedAt));
        }

        var problem = Problem(view, settings, m => m.Stays || movedAt.ContainsKey(m.Id) || (share[m.Slot] > settings.CoolShare && !relieved.Contains(m.Slot)));
        var margin = settings.Margin * view.Hosts.Average(h => h.CpuMHz);
        var found = new AssignmentSearch(problem).Relieve(problem.Home, margin, settings.MovesPerRound, shouldStop);
        var waves = MoveSequence.For(problem, found.Assignment, settings.MovesPerRound);
        var moves = Moves(view, found.Assignment, waves.Waves);
        movedAt = movedAt.SetItems(moves.SelectMany(w => w).Select(m => KeyValuePair.Create(m.Machine, now)));
        return new(moves, StillHot(view, settings, relieved, found.Assignment), new(hotSince, movedAt));
    }

    private static AssignmentProblem Problem(BalancerView view, BalancerSettings settings, Func<MachineUse, bool> stays)
    {
        var index = view.Hosts.Select((h, i) => (h.Slot, i)).ToDictionary(p => p.Slot, p => p.i);
        var most = (HostUse host) => settings.TargetsStayCool ? host.CpuMHz * settings.CoolShare : double.MaxValue;
        var groups = view.Machines.Select(m => m.ApartFrom).OfType<int>().Distinct().Order().Select((number, i) => (number, i)).ToDictionary(p => p.number, p => p.i);
        return new(
            [new ResourceKind(false, 1), new ResourceKind(true, 0)],
            [.. view.Hosts.Select((h, i) => new HostCapacity(0, i, [most(h), h.MemoryMiB], [h.CpuMHz * settings.CoolShare, h.MemoryMiB]))],
            [.. groups.Select(_ => new MachineGroup(0, []))],
            [.. view.Machines.Select(m => new MachineDemand(
                m.ApartFrom is { } number ? groups[number] : -1, [m.CpuMHz, m.MemoryMiB], m.MemoryMiB / 1024 * settings.PricePerGiB, Fixed: stays(m)))],
            [.. view.Machines.Select(m => index[m.Slot])]);
    }

    private static ImmutableArray<ImmutableArray<BalanceMove>> Moves(BalancerView view, ImmutableArray<int> target, ImmutableArray<ImmutableArray<int>> waves) =>
    [
        .. waves.Select(wave => wave.Select(m => new BalanceMove(view.Machines[m].Id, view.Machines[m].Slot, view.Hosts[target[m]].Slot)).ToImmutableArray()),
    ];

    private static ImmutableArray<int> StillHot(BalancerView view, BalancerSettings settings, HashSet<int> relieved, ImmutableArray<int> target)
    {
        var load = new double[view.Hosts.Length];
        for (var m = 0; m < target.Length; m++)
        {
            load[target[m]] += view.Machines[m].CpuMHz;
        }

        return [.. view.Hosts.Select((h, i) => (h, i)).Where(p => relieved.Contains(p.h.Slot) && load[p.i] > p.h.CpuMHz * settings.HotShare).Select(p => p.h.Slot)];
    }
}
