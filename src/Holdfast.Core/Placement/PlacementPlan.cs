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
            var best = free.Where(f => f.Value >= machine.MemoryMiB).OrderByDescending(f => f.Value).ThenBy(f => f.Key).Select(f => (int?)f.Key).FirstOrDefault();
            if (best is { } slot)
            {
                free[slot] -= machine.MemoryMiB;
                plan[machine.Id] = slot;
            }
        }

        return plan.ToImmutable();
    }
}
