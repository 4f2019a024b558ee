using Holdfast.Core;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Simulation.World;

/// <summary>
/// One shared datastore: the lease area's files byte by byte, the machines' definitions, and the requests that are on their way to it. A write may
/// be late, torn or lost; it never lands later than <see cref="Drain"/> after its client was last in contact, which is what drain means.
/// </summary>
internal sealed class SimulatedStore
{
    private const int Sector = 512;
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(100);

    /// <summary>A client on a dead path gets an I/O error after this (a ping-timeout of 5 s, measured 8 s).</summary>
    private static readonly TimeSpan ErrorAfter = TimeSpan.FromSeconds(8);
    private readonly SimulatedCluster cluster;
    private readonly Dice dice;
    private readonly List<StoreWrite> open = [];
    private readonly List<StoreWrite> late = [];
    private readonly List<Action> stalled = [];
    private readonly byte[][] slots = new byte[Slot.Count][];
    private readonly StoredBallot[] ballots = new StoredBallot[Slot.Count];
    private int stalls;

    public SimulatedStore(SimulatedCluster cluster, string name, TimeSpan drain, AreaIdentity identity, IReadOnlyList<string> hosts)
    {
        (this.cluster, Name, Drain, Identity) = (cluster, name, drain, identity);
        dice = cluster.Dice.Apart();
        Header = new AreaHeader(identity, Slot.Count, 0).Encode();
        var first = BallotRecord.First(LeaseTable.First(hosts));
        var block = new byte[HeartbeatBlock.Length];
        for (var slot = 0; slot < hosts.Count; slot++)
        {
            new HeartbeatBlock(new(slot), Incarnation.None, Guid.Empty, 0, HeartbeatFlags.None, 0, 0, 0).Encode(identity, block);
            slots[slot] = ContentOf(block);
            ballots[slot] = new(identity, new(slot));
            foreach (var (offset, bytes) in BallotFile.Writes(0, BallotCodec.Encode(first, identity, new(slot))))
            {
                ballots[slot].Land(offset, bytes.Span);
            }
        }
    }

    public string Name { get; }

    public string Path => $"/stores/{Name}";

    public TimeSpan Drain { get; }

    public AreaIdentity Identity { get; }

    public byte[] Header { get; }

    public SortedDictionary<Guid, MachineDefinition> Definitions { get; } = [];

    /// <summary>Added to every request's way: a slow store.</summary>
    public TimeSpan ExtraDelay { get; set; }

    public bool IsStalled => stalls > 0;

    public string SlotFile(int slot) => $"{Path}/{AreaLayout.Folder}/{AreaLayout.SlotFile(slot)}";

    /// <summary>The slot's bytes now, for a read; those behind the first sector are zero in every block, and are left out.</summary>
    public byte[] SlotBytes(int slot) => slots[slot];

    public StoredBallot Ballot(int slot) => ballots[slot];

    /// <summary>All requests wait in the server until <see cref="GoOn"/>.</summary>
    public void Stall() => stalls++;

    public void GoOn()
    {
        if (--stalls == 0)
        {
            // In the order in which they came.
            var place = 0;
            foreach (var waiting in stalled)
            {
                cluster.Timeline.After(TimeSpan.FromMicroseconds(10 * ++place), waiting);
            }

            stalled.Clear();
        }
    }

    /// <summary>Whether an answer within a millisecond or two is certain, so that nobody needs to watch a limit.</summary>
    public bool IsPrompt(SimulatedHost host) =>
        !IsStalled && ExtraDelay == TimeSpan.Zero && Clear(Way(host)) && Clear(Back(host)) && host.ReadErrors == 0 && host.Life is { Paused: false };

    /// <summary>Read something. <paramref name="done"/> gets default on an error; it is called in the caller's scope, or never when that ends.</summary>
    public void Read<T>(SimulatedHost host, Scope caller, Func<T> sample, Action<T?> done)
        where T : class => TryRead(host, caller, sample, done, cluster.Timeline.Now);

    /// <param name="block">A whole block.</param>
    public void WriteSlot(SimulatedHost host, Scope caller, int slot, ReadOnlySpan<byte> block, Action<string?> done)
    {
        // An array of its own each time: who has read the old one keeps what he read.
        var content = ContentOf(block);
        Write(host, caller, block.Length, sectors =>
        {
            slots[slot] = sectors > 0 ? content : slots[slot];
            host.WasRenewed();
        }, done);
    }

    public void WriteBallot(SimulatedHost host, Scope caller, int slot, long offset, ReadOnlyMemory<byte> bytes, Action<string?> done)
    {
        host.TriesBallot();
        Write(host, caller, bytes.Length, sectors =>
        {
            ballots[slot].Land(offset, bytes.Span[..Math.Min(bytes.Length, sectors * Sector)]);
            host.WroteBallot();
        }, done);
    }

    /// <param name="land">Puts that many sectors on the disk.</param>
    /// <param name="done">Null, or the error. What ended with an error may have landed, in part, or may land later.</param>
    public StoreWrite Write(SimulatedHost host, Scope caller, int length, Action<int> land, Action<string?> done)
    {
        var write = new StoreWrite(host, caller, Math.Max(1, length / Sector), land, done, cluster.Timeline.Now);
        open.Add(write);
        if (host.WriteHangs > 0 && dice.Chance(host.WriteHangs))
        {
            cluster.Count("write that hangs");
            cluster.Timeline.After(dice.Milliseconds(500, Math.Min(3800, Drain.TotalMilliseconds * 0.95)), host.Life, () => Send(write));
        }
        else
        {
            Send(write);
        }

        return write;
    }

    /// <summary>The host has lost its power. What is on the wire may still land, whole or torn, until drain has passed.</summary>
    public void Crashed(SimulatedHost host)
    {
        foreach (var write in open.Where(w => w.Host == host).ToList())
        {
            open.Remove(write);
            write.Over = true;
            if (write.Sent && dice.Chance(0.6))
            {
                var sectors = dice.Chance(0.3) ? dice.Below(write.Sectors + 1) : write.Sectors;
                cluster.Count(sectors < write.Sectors ? "torn write of a dead host" : "late write of a dead host");
                Late(write, sectors, dice.Chance(0.3) ? Drain * 0.98 : Drain * 0.3 * dice.Fraction());
            }
        }
    }

    /// <summary>A fence device that cuts the path to the store as well: what was still on its way is refused.</summary>
    public void CutOff(SimulatedHost host)
    {
        foreach (var write in late.Where(w => w.Host == host))
        {
            write.Refused = true;
        }
    }

    private static byte[] ContentOf(ReadOnlySpan<byte> block)
    {
        Invariant.That(block[Sector..].IndexOfAnyExcept((byte)0) < 0, "A slot's block says something behind its first sector.");
        return block[..Sector].ToArray();
    }

    private static bool Clear(Link link) => link is { IsCut: false, LossPercent: 0 };

    private Link Way(SimulatedHost host) => cluster.StorageNetwork.Between(host.Index, cluster.StorageNetwork.Server);

    private Link Back(SimulatedHost host) => cluster.StorageNetwork.Between(cluster.StorageNetwork.Server, host.Index);

    private TimeSpan Delay() => dice.Milliseconds(0.1, 0.6) + ExtraDelay;

    private void TryRead<T>(SimulatedHost host, Scope caller, Func<T> sample, Action<T?> done, TimeSpan began)
        where T : class
    {
        var time = cluster.Timeline;
        if (!Way(host).Passes(dice) || !Back(host).Passes(dice))
        {
            if (time.Now - began > ErrorAfter)
            {
                time.After(TimeSpan.Zero, caller, () => done(null));
            }
            else
            {
                time.After(Retry, caller, () => TryRead(host, caller, sample, done, began));
            }

            return;
        }

        if (IsStalled)
        {
            stalled.Add(() => TryRead(host, caller, sample, done, time.Now));
            return;
        }

        if (dice.Chance(host.ReadErrors))
        {
            cluster.Count("read error");
            time.After(Delay(), caller, () => done(null));
            return;
        }

        var read = sample();
        time.After(Delay() + Delay(), caller, () => done(read));
    }

    private void Send(StoreWrite write)
    {
        var time = cluster.Timeline;
        if (write.Over)
        {
            return;
        }

        if (!Way(write.Host).Passes(dice))
        {
            if (time.Now - write.Began > ErrorAfter)
            {
                End(write, "Input/output error");
            }
            else
            {
                time.After(Retry, write.Host.Life, () => Send(write));
            }

            return;
        }

        if (time.Now - write.Began >= Drain)
        {
            // The server has given up what this client held since then.
            End(write, "Transport endpoint is not connected");
            return;
        }

        if (dice.Chance(write.Host.WriteErrors))
        {
            cluster.Count("failed write");
            var sectors = dice.Below(3) switch { 0 => 0, 1 => dice.Below(write.Sectors + 1), _ => write.Sectors };
            Late(write, sectors, Left(write) * dice.Fraction());
            time.After(Delay(), write.Host.Life, () => End(write, "Input/output error"));
            return;
        }

        write.Sent = true;
        time.After(Delay(), () => Arrive(write));
    }

    private void Arrive(StoreWrite write)
    {
        if (write.Over)
        {
            return;
        }

        if (IsStalled)
        {
            stalled.Add(() => Arrive(write));
            return;
        }

        write.Land(write.Sectors);
        write.Over = true;
        open.Remove(write);
        cluster.Timeline.After(Delay(), write.Host.Life, () => Answer(write));
    }

    private void Answer(StoreWrite write)
    {
        if (Back(write.Host).Passes(dice))
        {
            Tell(write, null);
        }
        else if (cluster.Timeline.Now - write.Began > ErrorAfter)
        {
            Tell(write, "Input/output error");
        }
        else
        {
            cluster.Timeline.After(Retry, write.Host.Life, () => Answer(write));
        }
    }

    private void Late(StoreWrite write, int sectors, TimeSpan delay)
    {
        if (sectors > 0)
        {
            late.Add(write);
            cluster.Timeline.After(delay, () =>
            {
                late.Remove(write);
                if (!write.Refused)
                {
                    write.Land(sectors);
                }
            });
        }
    }

    /// <summary>Some time that is left to this write until nothing of it may land any more.</summary>
    private TimeSpan Left(StoreWrite write) => (write.Began + (Drain * 0.98) - cluster.Timeline.Now) * dice.Fraction();

    private void End(StoreWrite write, string error)
    {
        open.Remove(write);
        write.Over = true;
        Tell(write, error);
    }

    private void Tell(StoreWrite write, string? error) => cluster.Timeline.After(TimeSpan.Zero, write.Caller, () => write.Done(error));
}
