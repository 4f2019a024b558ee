using System.Collections.Immutable;

namespace Holdfast.Core.Leases;

/// <summary>
/// One chosen version of the lease table: who may run which machine. Immutable; a commit makes the next version. Only tables
/// that the <see cref="LeaseRegister"/> reported as committed or learned may be acted upon.
/// </summary>
public sealed record LeaseTable(ulong Version, ImmutableSortedDictionary<Slot, HostRecord> Hosts, ImmutableSortedDictionary<MachineId, MachineEntry> Machines)
{
    /// <summary>Entries that a version holds at most; with 64 hosts it then fits the area's record (docs/design/lease-area.md).</summary>
    public const int MostMachines = 2_000;

    /// <summary>Moves that are open at a time at most.</summary>
    public const int MostMoves = 512;

    public static readonly LeaseTable Empty =
        new(0, ImmutableSortedDictionary<Slot, HostRecord>.Empty, ImmutableSortedDictionary<MachineId, MachineEntry>.Empty);

    /// <summary>Version 1 of a new area: its first hosts have their slots, in this order, and no machine exists.</summary>
    public static LeaseTable First(IReadOnlyList<string> hosts)
    {
        var table = Empty with { Version = 1 };
        foreach (var name in hosts)
        {
            var slot = new Slot(table.Hosts.Count);
            table = table.With(new HostRecord(slot, HostName.Checked(name), Incarnation.None, Guid.Empty, WatchdogClass.None, null, BatchId.None, 0));
        }

        return table;
    }

    public HostRecord? Host(Slot slot) => Hosts.GetValueOrDefault(slot);

    public HostRecord? Host(string name) => Hosts.Values.FirstOrDefault(h => h.Name == name);

    public MachineEntry? Machine(MachineId machine) => Machines.GetValueOrDefault(machine);

    /// <summary>True when the host record of this slot holds this incarnation now.</summary>
    public bool IsCurrent(HostLife life) => life.Incarnation != Incarnation.None && Host(life.Slot)?.Incarnation == life.Incarnation;

    /// <summary>The entries that this life owns (Held or Moving).</summary>
    public IEnumerable<MachineEntry> HeldBy(HostLife life) => Machines.Values.Where(m => m.IsHeldBy(life));

    internal LeaseTable With(HostRecord host) => this with { Hosts = Hosts.SetItem(host.Slot, host) };

    internal LeaseTable With(MachineEntry entry) => this with { Machines = Machines.SetItem(entry.Machine, entry) };

    /// <summary>Same content, field by field (a record's own equality would compare the collections by reference).</summary>
    public bool SameAs(LeaseTable other) =>
        ReferenceEquals(this, other) || (Version == other.Version && Hosts.Values.SequenceEqual(other.Hosts.Values) && Machines.Values.SequenceEqual(other.Machines.Values));
}
