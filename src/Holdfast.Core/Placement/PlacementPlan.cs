using System.Collections.Immutable;
using Holdfast.Core.Model;

namespace Holdfast.Core.Placement;

/// <summary>A host that takes machines, with what it has left.</summary>
public sealed record Candidate(int Slot, long FreeMemoryMiB);

/// <summary>
/// Which host each machine goes to. Pure and the same on every host that sees the same; where two see differently, the lease table lets one win.
/// </summary>
public static class PlacementPlan
{
    /// <summary>By priority, then by name; each to the host with the most memory left, the lower slot first. Machines without room are left out.</summary>
    public static ImmutableSortedDictionary<Guid, int> For(IEnumerable<MachineDefinition> machines, IEnumerable<Candidate> candidates)
    {
        var free = candidates.ToDictionary(c => c.Slot, c => c.FreeMemoryMiB);
        var plan = ImmutableSortedDictionary.CreateBuilder<Guid, int>();
        foreach (var machine in machines.OrderByDescending(m => m.Priority).ThenBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Id))
        {
            if (Best(free, machine.MemoryMiB) is { } slot)
            {
                free[slot] -= machine.MemoryMiB;
                plan[machine.Id] = slot;
            }
        }

        return plan.ToImmutable();
    }

    /// <summary>The host that one machine moves to, of those that can take it: the most room, then the lower slot. Null: there is none.</summary>
    public static int? MostRoom(IEnumerable<Candidate> candidates) =>
        candidates.OrderByDescending(c => c.FreeMemoryMiB).ThenBy(c => c.Slot).Select(c => (int?)c.Slot).FirstOrDefault();

    /// <summary>Asked once for each machine by each host in every step while machines are free, so it sorts nothing.</summary>
    private static int? Best(Dictionary<int, long> free, long needed)
    {
        (int Slot, long Left)? best = null;
        foreach (var (slot, left) in free)
        {
            if (left >= needed && (best is not { } known || left > known.Left || (left == known.Left && slot < known.Slot)))
            {
                best = (slot, left);
            }
        }

        return best?.Slot;
    }
}
