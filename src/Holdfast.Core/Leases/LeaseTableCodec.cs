using System.Collections.Immutable;

namespace Holdfast.Core.Leases;

/// <summary>
/// The table's form on disk: about 23 bytes a machine and 90 a host, as epochs are written as distances from the version and an
/// incarnation only where it is not the one in the host record.
/// </summary>
public static class LeaseTableCodec
{
    /// <summary>
    /// No table that the rules allow is longer: all machines held, the most moves to incarnations that are gone, 64 hosts with the longest
    /// names, epochs up to 2^35 versions old and moves as long. An owner is always its slot's current incarnation, so it costs one byte.
    /// </summary>
    public const int LongestTable = (LeaseTable.MostMachines * (16 + 1 + 5 + 1 + 5)) + (LeaseTable.MostMoves * 17) + (Slot.Count * (2 + 64 + 32 + 8 + 10 + 10 + 17)) + 32;

    private const byte Form = 2;

    public static byte[] Encode(LeaseTable table)
    {
        var buffer = new byte[32 + (table.Hosts.Count * 160) + (table.Machines.Count * 71)];
        var writer = new TableWriter(buffer);
        writer.Byte(Form);
        writer.Number(table.Version);
        writer.Number((ulong)table.Hosts.Count);
        foreach (var host in table.Hosts.Values)
        {
            Write(ref writer, host, table.Version);
        }

        writer.Number((ulong)table.Machines.Count);
        foreach (var entry in table.Machines.Values)
        {
            Write(ref writer, entry, table);
        }

        return buffer[..writer.Length];
    }

    /// <exception cref="FormatException">The bytes are not a table of this form.</exception>
    public static LeaseTable Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new TableReader(bytes);
        if (reader.Byte() is var form && form != Form)
        {
            throw new FormatException($"The lease table has the form {form}; this program knows {Form}. Run the same version of Holdfast on all hosts.");
        }

        var table = LeaseTable.Empty with { Version = reader.Number() };
        var hosts = ImmutableSortedDictionary.CreateBuilder<Slot, HostRecord>();
        for (var left = reader.Number(); left > 0; left--)
        {
            var host = ReadHost(ref reader, table.Version);
            hosts[host.Slot] = host;
        }

        table = table with { Hosts = hosts.ToImmutable() };
        var machines = ImmutableSortedDictionary.CreateBuilder<MachineId, MachineEntry>();
        for (var left = reader.Number(); left > 0; left--)
        {
            var entry = ReadEntry(ref reader, table);
            machines[entry.Machine] = entry;
        }

        return table with { Machines = machines.ToImmutable() };
    }

    private static void Write(ref TableWriter writer, HostRecord host, ulong version)
    {
        writer.Byte((byte)host.Slot.Value);
        writer.Byte((byte)((int)host.Watchdog | (host.Fencing is null ? 0 : 0x80)));
        writer.Text(host.Name);
        writer.Guid(host.Incarnation.Value);
        writer.Guid(host.BootId);
        writer.Long(host.LastBatch.Session);
        writer.Number(host.LastBatch.Number);
        writer.Number(version - host.LastBatchVersion);
        if (host.Fencing is { } fencing)
        {
            writer.Byte((byte)fencing.By.Slot.Value);
            writer.Guid(fencing.By.Incarnation.Value);
        }
    }

    private static HostRecord ReadHost(ref TableReader reader, ulong version)
    {
        var slot = ReadSlot(ref reader);
        var flags = reader.Byte();
        var host = new HostRecord(
            slot, reader.Text(), new Incarnation(reader.Guid()), reader.Guid(), (WatchdogClass)(flags & 0x7f), null,
            new BatchId(reader.Long(), reader.Number()), version - reader.Number());
        return flags < 0x80 ? host : host with { Fencing = new FencingEntry(host.Life, new HostLife(ReadSlot(ref reader), new Incarnation(reader.Guid()))) };
    }

    // Bits: 0-1 state, 2 wanted, 3 owner's incarnation written out, 4 target's, 5 given by a move's source.
    private static void Write(ref TableWriter writer, MachineEntry entry, LeaseTable table)
    {
        var ownerApart = entry.Owner is { } owner && !table.IsCurrent(owner);
        var targetApart = entry.Target is { } target && !table.IsCurrent(target);
        writer.Guid(entry.Machine.Value);
        writer.Byte((byte)((int)entry.State | ((int)entry.Wanted << 2) | (ownerApart ? 8 : 0) | (targetApart ? 16 : 0) | (entry.GivenFrom == Epoch.None ? 0 : 32)));
        writer.Number(table.Version - entry.Epoch.Value);
        WriteLife(ref writer, entry.Owner, ownerApart);
        WriteLife(ref writer, entry.Target, targetApart);
        if (entry.GivenFrom != Epoch.None)
        {
            writer.Number(entry.Epoch.Value - entry.GivenFrom.Value);
        }
    }

    private static void WriteLife(ref TableWriter writer, HostLife? life, bool apart)
    {
        if (life is not { } known)
        {
            return;
        }

        writer.Byte((byte)known.Slot.Value);
        if (apart)
        {
            writer.Guid(known.Incarnation.Value);
        }
    }

    private static MachineEntry ReadEntry(ref TableReader reader, LeaseTable table)
    {
        var machine = new MachineId(reader.Guid());
        var bits = reader.Byte();
        var epoch = new Epoch(table.Version - reader.Number());
        var state = (LeaseState)(bits & 3);
        HostLife? owner = state == LeaseState.Free ? null : ReadLife(ref reader, table, (bits & 8) != 0);
        HostLife? target = state == LeaseState.Moving ? ReadLife(ref reader, table, (bits & 16) != 0) : null;
        var given = (bits & 32) != 0 ? new Epoch(epoch.Value - reader.Number()) : Epoch.None;
        return new MachineEntry(machine, (WantedState)((bits >> 2) & 1), state, epoch, owner, target, given);
    }

    private static HostLife ReadLife(ref TableReader reader, LeaseTable table, bool apart)
    {
        var slot = ReadSlot(ref reader);
        return new HostLife(slot, apart ? new Incarnation(reader.Guid()) : table.Host(slot)?.Incarnation ?? throw new FormatException($"The lease table names slot {slot}, which has no host."));
    }

    private static Slot ReadSlot(ref TableReader reader) => reader.Byte() is var slot && slot < Slot.Count
        ? new Slot(slot)
        : throw new FormatException($"The lease table names slot {slot}; slots go up to {Slot.Count - 1}.");
}
