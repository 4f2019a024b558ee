using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>One lease area as one agent's process has it open: the real codecs over the simulated store, with the real adapter's limits.</summary>
internal sealed class SimulatedLeaseArea(AgentProcess agent, SimulatedStore store) : ILeaseArea
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(3);

    private SimulatedHost Host => agent.Host;

    private Timeline Time => agent.Host.Cluster.Timeline;

    public AreaIdentity Identity => store.Identity;

    public string SlotFile => store.SlotFile(Host.Index);

    public long SlotOffset => 0;

    public void Read(RegisterEffect.ReadAreas read, Action<RegisterInput> done)
    {
        agent.MayDie();
        var once = new Once();
        Limit(ReadLimit, once, () =>
        {
            foreach (var slot in read.Slots)
            {
                done(Unreadable(read, slot, "no answer within 2 s"));
            }
        });
        store.Read(Host, agent.Scope, () => ReadAll(read), inputs => once.Do(() =>
        {
            for (var i = 0; i < read.Slots.Length; i++)
            {
                done(inputs is null ? Unreadable(read, read.Slots[i], "Input/output error") : inputs[i]);
            }
        }));
    }

    public void Write(RegisterEffect.WriteOwnArea write, Action<RegisterInput> done)
    {
        agent.MayDie();
        Host.Cluster.Written(Host, store.Name, write.Record);
        var over = false;
        Time.After(WriteLimit, agent.Scope, () =>
        {
            if (!over)
            {
                done(new RegisterInput.WriteEnded(write.Ticket, WriteOutcome.Unanswered));
            }
        });
        var parts = new Queue<(long Offset, ReadOnlyMemory<byte> Bytes)>(BallotFile.Writes(write.Side, BallotCodec.Encode(write.Record, Identity, new(Host.Index))));
        WriteNext(parts, outcome =>
        {
            over = true;
            done(new RegisterInput.WriteEnded(write.Ticket, outcome));
        });
    }

    public void ReadSlots(ImmutableArray<int> which, Action<ImmutableArray<SlotReading>> done)
    {
        agent.MayDie();
        var asked = Host.Clock.Now;
        var once = new Once();
        Limit(ReadLimit, once, () => done(Readings(which, asked, Host.Clock.Now, null)));
        store.Read(Host, agent.Scope, () => SlotBytes(which), blocks => once.Do(() => done(Readings(which, asked, Host.Clock.Now, blocks))));
    }

    private void WriteNext(Queue<(long Offset, ReadOnlyMemory<byte> Bytes)> parts, Action<WriteOutcome> done)
    {
        if (!parts.TryDequeue(out var part))
        {
            done(WriteOutcome.Done);
            return;
        }

        store.WriteBallot(Host, agent.Scope, Host.Index, part.Offset, part.Bytes, error =>
        {
            if (error is not null)
            {
                done(WriteOutcome.Lost);
                return;
            }

            WriteNext(parts, done);
        });
    }

    private RegisterInput[] ReadAll(RegisterEffect.ReadAreas read)
    {
        var inputs = new RegisterInput[read.Slots.Length];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = ReadOne(read, read.Slots[i]);
        }

        return inputs;
    }

    private byte[][] SlotBytes(ImmutableArray<int> which)
    {
        var blocks = new byte[which.Length][];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = store.SlotBytes(which[i]);
        }

        return blocks;
    }

    private static ImmutableArray<SlotReading> Readings(ImmutableArray<int> which, Moment asked, Moment now, byte[][]? blocks)
    {
        var readings = ImmutableArray.CreateBuilder<SlotReading>(which.Length);
        for (var i = 0; i < which.Length; i++)
        {
            readings.Add(new(which[i], asked, now, blocks?[i]));
        }

        return readings.MoveToImmutable();
    }

    private RegisterInput ReadOne(RegisterEffect.ReadAreas read, Slot slot)
    {
        try
        {
            return store.Ballot(slot.Value).Read(read.KnownVersion) is { } reading
                ? new RegisterInput.AreaRead(read.Ticket, slot, reading)
                : new RegisterInput.AreaUnreadable(read.Ticket, slot, new AreaFault.Damaged(NameOf(slot)));
        }
        catch (FormatException e)
        {
            return Unreadable(read, slot, e.Message);
        }
    }

    private void Limit(TimeSpan limit, Once once, Action late)
    {
        if (!store.IsPrompt(Host))
        {
            Time.After(limit, agent.Scope, () => once.Do(late));
        }
    }

    private static RegisterInput Unreadable(RegisterEffect.ReadAreas read, Slot slot, string why) =>
        new RegisterInput.AreaUnreadable(read.Ticket, slot, new AreaFault.Unreadable(NameOf(slot), why));

    private static string NameOf(Slot slot) => new BlockName(BlockKind.Ballot, slot.Value).ToString();

    private sealed class Once
    {
        private bool done;

        public void Do(Action act)
        {
            if (!done)
            {
                done = true;
                act();
            }
        }
    }
}
