using System.Runtime.CompilerServices;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Simulation.Exploration.Register;

/// <summary>
/// The canonical form of a <see cref="RegisterWorld"/>. Left out is what no future step depends on: tickets (a read or write under way is written down by
/// what it answers), the words said, the length of a back-off (in the search time passes at any speed). Sequences count from the oldest content of the
/// area that anybody can still read.
/// </summary>
internal static class RegisterCode
{
    private static readonly ConditionalWeakTable<LeaseTable, byte[]> Written = [];

    public static void Write(RegisterWorld world, StateBytes to)
    {
        to.Add(world.Faults);
        foreach (var record in world.Sides)
        {
            Write(record, 0, to);
        }

        foreach (var table in world.Acted.Values)
        {
            Write(table, to);
        }

        to.Add(world.Late.Length);
        foreach (var late in world.Late.OrderBy(l => l.Slot).ThenBy(l => l.Side).ThenBy(l => l.Record.Sequence))
        {
            to.Add(late.Slot);
            to.Add(late.Side);
            to.Add(late.Ticket != 0);
            Write(late.Record, 0, to);
        }

        var floors = world.Hosts.Select(h => Oldest(world, h.Slot)).ToArray();
        foreach (var host in world.Hosts)
        {
            Write(host, floors, to);
        }
    }

    private static ulong Oldest(RegisterWorld world, int slot) =>
        new[] { world.Sides[2 * slot], world.Sides[(2 * slot) + 1] }.OfType<BallotRecord>().Select(r => r.Sequence)
            .Concat(world.Late.Where(l => l.Slot == slot).Select(l => l.Record.Sequence))
            .Concat(world.Hosts.SelectMany(h => h.Reads).Where(r => r.Slot == slot && r.Found is not null).Select(r => r.Found!.Sequence))
            .DefaultIfEmpty(0UL).Min();

    private static void Write(RegisterHost host, ulong[] floors, StateBytes to)
    {
        to.Add(host.Left.Submits);
        to.Add(host.Left.Prepares);
        to.Add(host.Left.Polls);
        to.Add(host.Drained);
        if (host.State is not { } s)
        {
            to.Add((byte)0xff);
            return;
        }

        to.Add((byte)s.Phase);
        Write(s.Chosen, to);
        Write(s.Own, 0, to);
        to.Add(s.Side);
        to.Add(s.Ballot.Value);
        to.Add(s.Highest.Value);
        to.Add(s.BestBallot.Value);
        Write(s.BestTable, to);
        to.Add((byte)((s.Prepared ? 1 : 0) | (s.WantsConfirmation ? 2 : 0) | (s.MustAnnounce ? 4 : 0) | (s.Settled ? 8 : 0) | (s.WakeAt != Moment.Never ? 16 : 0)));
        to.Add(s.Awaited.Aggregate(0UL, (bits, slot) => bits | slot.Bit));
        to.Add(s.Failed.Aggregate(0UL, (bits, slot) => bits | slot.Bit));
        to.Add(s.ProposedVersion);
        foreach (var batch in s.Batches)
        {
            to.Add(batch.Id.Number);
        }

        to.Add((byte)0);
        for (var slot = 0; slot < floors.Length; slot++)
        {
            Seen(s.SeenSequences, slot);
            Seen(s.Floor, slot);
            Seen(s.PollFloor, slot);
        }

        to.Add(host.Write is not null);
        if (host.Write is { } write)
        {
            to.Add(write.Side);
            Write(write.Record, 0, to);
        }

        to.Add(host.Reads.Length);
        foreach (var read in host.Reads.OrderBy(r => r.Ticket == s.PollTicket).ThenBy(r => r.Slot))
        {
            to.Add(read.Slot);
            to.Add(read.Ticket == s.PollTicket);
            to.Add(read.Found?.Sequence ?? 0);
        }

        void Seen(System.Collections.Immutable.ImmutableSortedDictionary<Slot, ulong> map, int slot) =>
            to.Add(Math.Max(map.GetValueOrDefault(new Slot(slot)), floors[slot]) - floors[slot]);
    }

    private static void Write(BallotRecord? record, ulong floor, StateBytes to)
    {
        if (record is null)
        {
            to.Add((byte)0);
            return;
        }

        to.Add(record.Sequence - floor);
        Write(record.Chosen, to);
        to.Add(record.Promise.Value);
        to.Add(record.Accepted.Value);
        Write(record.AcceptedTable, to);
    }

    private static void Write(LeaseTable? table, StateBytes to)
    {
        if (table is null)
        {
            to.Add((byte)0);
            return;
        }

        foreach (var b in Written.GetValue(table, Bytes))
        {
            to.Add(b);
        }
    }

    private static byte[] Bytes(LeaseTable table)
    {
        var to = new StateBytes();
        to.Add(table.Version);
        foreach (var host in table.Hosts.Values)
        {
            to.Add(host.LastBatch.Number);
            to.Add(host.LastBatchVersion);
        }

        foreach (var entry in table.Machines.Values)
        {
            to.Add((int)BitConverter.ToUInt32(entry.Machine.Value.ToByteArray()));
            to.Add(entry.Epoch.Value);
        }

        to.Add((byte)0);
        return to.ToArray();
    }
}
