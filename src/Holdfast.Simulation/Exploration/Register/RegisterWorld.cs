using System.Collections.Immutable;
using Holdfast.Core.Leases;

namespace Holdfast.Simulation.Exploration.Register;

/// <summary>The lease area, the hosts' registers, and what is under way between them. Immutable.</summary>
internal sealed record RegisterWorld(ImmutableArray<RegisterHost> Hosts)
{
    /// <summary>Two a host; null is torn, or not written yet.</summary>
    public ImmutableArray<BallotRecord?> Sides { get; init; } = [];

    public ImmutableArray<LateWrite> Late { get; init; } = [];

    /// <summary>Every table that any host has ever acted on, by version.</summary>
    public ImmutableSortedDictionary<ulong, LeaseTable> Acted { get; init; } = ImmutableSortedDictionary<ulong, LeaseTable>.Empty;

    public int Faults { get; init; }

    public string? Violation { get; init; }

    public bool HasLate(int slot) => Late.Any(l => l.Slot == slot);

    /// <summary>What a reader finds in an area now: the newer whole side, or nothing.</summary>
    public BallotReading? Read(int slot)
    {
        var (zero, one) = (Sides[2 * slot], Sides[(2 * slot) + 1]);
        return one is null || (zero is not null && zero.Sequence >= one.Sequence)
            ? zero is null ? null : BallotReading.Of(0, zero)
            : BallotReading.Of(1, one);
    }

    public RegisterWorld With(RegisterHost host) => this with { Hosts = Hosts.SetItem(host.Slot, host) };

    public RegisterWorld Land(int slot, int side, BallotRecord? record) => this with { Sides = Sides.SetItem((2 * slot) + side, record) };

    /// <summary>A host acts on a table as the chosen one of its version.</summary>
    public RegisterWorld Act(LeaseTable table)
    {
        if (Acted.TryGetValue(table.Version, out var known))
        {
            return known.SameAs(table) ? this : this with { Violation = $"version {table.Version} was chosen with two values" };
        }

        var world = this with { Acted = Acted.Add(table.Version, table) };
        foreach (var (version, other) in Acted)
        {
            var (older, newer) = version < table.Version ? (other, table) : (table, other);
            if (Broken(older, newer) is { } broken)
            {
                return world with { Violation = broken };
            }
        }

        return world;
    }

    /// <summary>Nothing is ever deleted here, and each version is one batch of one new machine.</summary>
    private static string? Broken(LeaseTable older, LeaseTable newer)
    {
        foreach (var entry in older.Machines.Values)
        {
            if (newer.Machine(entry.Machine) is not { } later)
            {
                return $"a batch that version {older.Version} holds is missing in version {newer.Version}";
            }

            if (later.Epoch < entry.Epoch)
            {
                return $"an epoch went back from {entry.Epoch} in version {older.Version} to {later.Epoch} in version {newer.Version}";
            }
        }

        return (ulong)(newer.Machines.Count - older.Machines.Count) == newer.Version - older.Version
            ? null
            : $"between versions {older.Version} and {newer.Version} a batch was applied twice or not at all";
    }
}
