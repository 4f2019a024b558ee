using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.SharedDisk;

/// <summary>One lease area in a directory datastore: header, slots and ballot areas as files, read and written past every cache.</summary>
internal sealed class LeaseArea : ILeaseArea, IDisposable
{
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WriteLimit = TimeSpan.FromSeconds(3);
    private readonly string folder;
    private readonly Slot own;
    private readonly IClock clock;
    private readonly FileStream onlyWriter;
    private readonly IoThread writer;
    private readonly IoThread ballots;
    private readonly IoThread slots;
    private readonly Dictionary<string, DirectFile> files = [];

    /// <param name="onlyWriter">Held for as long as this process may write here.</param>
    public LeaseArea(string folder, AreaIdentity identity, Slot own, IClock clock, FileStream onlyWriter)
    {
        (this.folder, Identity, this.own, this.clock, this.onlyWriter) = (folder, identity, own, clock, onlyWriter);

        // Apart, so that a hanging write keeps nobody from reading, and slow polls do not delay what the observation of the slots needs.
        writer = new($"lease write {own}");
        ballots = new($"lease read {own}");
        slots = new($"slot read {own}");
    }

    public AreaIdentity Identity { get; }

    public string SlotFile => Path.Combine(folder, AreaLayout.SlotFile(own.Value));

    public long SlotOffset => 0;

    public void Read(RegisterEffect.ReadAreas read, Action<RegisterInput> done)
    {
        foreach (var slot in read.Slots)
        {
            var once = new Once();
            ballots.Begin(
                ReadLimit,
                () =>
                {
                    var input = ReadOne(slot, read.Ticket, read.KnownVersion);
                    once.Do(() => done(input));
                },
                _ => once.Do(() => done(Unreadable(slot, read.Ticket, "no answer within 2 s"))));
        }
    }

    public void Write(RegisterEffect.WriteOwnArea write, Action<RegisterInput> done) => writer.Begin(
        WriteLimit,
        () => done(new RegisterInput.WriteEnded(write.Ticket, WriteNow(write))),
        begun => done(new RegisterInput.WriteEnded(write.Ticket, begun ? WriteOutcome.Unanswered : WriteOutcome.Lost)));

    public void ReadSlots(ImmutableArray<int> which, Action<ImmutableArray<SlotReading>> done)
    {
        var once = new Once();
        var asked = clock.Now;
        slots.Begin(
            ReadLimit,
            () =>
            {
                var readings = which.Select(ReadSlot).ToImmutableArray();
                once.Do(() => done(readings));
            },
            _ => once.Do(() => done([.. which.Select(slot => new SlotReading(slot, asked, clock.Now, null))])));
    }

    /// <summary>Only for one that was never used: nothing may be in flight when the lock is given back.</summary>
    public void Dispose()
    {
        writer.Dispose();
        ballots.Dispose();
        slots.Dispose();
        onlyWriter.Dispose();
    }

    private SlotReading ReadSlot(int slot)
    {
        var started = clock.Now;
        try
        {
            var block = File(AreaLayout.SlotFile(slot), write: false).Read(0, HeartbeatBlock.Length);
            return new(slot, started, clock.Now, block.Length == HeartbeatBlock.Length ? block : null);
        }
        catch (IOException)
        {
            Forget(AreaLayout.SlotFile(slot));
            return new(slot, started, clock.Now, null);
        }
    }

    private WriteOutcome WriteNow(RegisterEffect.WriteOwnArea write)
    {
        var name = AreaLayout.BallotFile(own.Value);
        try
        {
            var side = BallotCodec.Encode(write.Record, Identity, own);
            var file = File(name, write: true);
            foreach (var (offset, bytes) in BallotFile.Writes(write.Side, side))
            {
                file.Write(offset, bytes.Span);
            }

            return WriteOutcome.Done;
        }
        catch (IOException)
        {
            Forget(name);
            return WriteOutcome.Lost;
        }
    }

    private RegisterInput ReadOne(Slot slot, long ticket, ulong known)
    {
        var name = AreaLayout.BallotFile(slot.Value);
        try
        {
            var file = slot == own ? File(name, write: true) : File(name, write: false);
            for (var tries = 0; tries < 3; tries++)
            {
                if (BallotFile.Read(file.Read, Identity, slot, known) is { } reading)
                {
                    return new RegisterInput.AreaRead(ticket, slot, reading);
                }
            }

            return new RegisterInput.AreaUnreadable(ticket, slot, new AreaFault.Damaged(new BlockName(BlockKind.Ballot, slot.Value).ToString()));
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            Forget(name);
            return Unreadable(slot, ticket, e.Message);
        }
    }

    private static RegisterInput Unreadable(Slot slot, long ticket, string why) =>
        new RegisterInput.AreaUnreadable(ticket, slot, new AreaFault.Unreadable(new BlockName(BlockKind.Ballot, slot.Value).ToString(), why));

    private DirectFile File(string name, bool write)
    {
        lock (files)
        {
            if (!files.TryGetValue(name, out var file))
            {
                files[name] = file = DirectFile.Open(Path.Combine(folder, name), write);
            }

            return file;
        }
    }

    /// <summary>After an error the file is opened anew: a FUSE mount that came back needs that.</summary>
    private void Forget(string name)
    {
        lock (files)
        {
            files.Remove(name);
        }
    }

    private sealed class Once
    {
        private int done;

        public void Do(Action action)
        {
            if (Interlocked.Exchange(ref done, 1) == 0)
            {
                action();
            }
        }
    }
}
