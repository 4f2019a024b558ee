using Holdfast.Core.Leases;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.SharedDisk;

/// <summary>Opens and formats the lease areas of directory datastores.</summary>
/// <param name="lockFolder">
/// Host-local, empty after a boot. Safety: drain bounds what a dead <em>client</em> may still land. A write of a killed agent on a mount that lives hangs in
/// the kernel for as long as the store does; its process, and with it its lock, is gone only when that write has ended (DESIGN §3, rule 3).
/// </param>
public sealed class LeaseAreas(IClock clock, string lockFolder) : ILeaseAreas
{
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(5);

    public void Open(string path, ClusterId cluster, int slot, Action<ILeaseArea?, string?> done) => Aside(
        () =>
        {
            var header = ReadHeader(path, cluster);
            var folder = Path.Combine(path, AreaLayout.Folder);
            return new LeaseArea(folder, header.Identity, new Slot(slot), clock, OnlyWriter(header.Identity.Area, slot));
        },
        done);

    /// <summary>There is a header, sound or not. Blocks.</summary>
    public static bool IsFormatted(string path) => File.Exists(HeaderFile(path));

    /// <summary>The header of the area under <paramref name="path"/>. Blocks.</summary>
    /// <exception cref="IOException">One sentence that names what is wrong and the way out.</exception>
    public static AreaHeader ReadHeader(string path, ClusterId cluster) => ReadHeader(path, block => (AreaHeader.Decode(block, cluster, out var header), header));

    /// <summary>The header of the area under <paramref name="path"/>, of whichever cluster. Blocks.</summary>
    /// <exception cref="IOException">One sentence that names what is wrong and the way out.</exception>
    public static AreaHeader ReadHeader(string path) => ReadHeader(path, block => (AreaHeader.Decode(block, out var header), header));

    private static AreaHeader ReadHeader(string path, Func<byte[], (AreaFault? Fault, AreaHeader? Header)> decode)
    {
        var file = HeaderFile(path);
        if (!IsFormatted(path))
        {
            throw new IOException(new AreaFault.Missing($"The lease area {file}").Sentence);
        }

        using var direct = DirectFile.Open(file, write: false);
        var (fault, header) = decode(direct.Read(0, BlockHeader.Alignment));
        return fault is null ? header! : throw new IOException($"{file}: {fault.Sentence}");
    }

    /// <summary>
    /// Format a lease area for these hosts (slot = place in the list). Blocks. Everything is allocated and written before the header, which makes
    /// it an area; an area that is there already is left alone.
    /// </summary>
    /// <exception cref="IOException">One sentence that names what is wrong.</exception>
    public static AreaIdentity Format(string path, ClusterId cluster, IReadOnlyList<string> hosts, Guid area, long madeAt)
    {
        var folder = Path.Combine(path, AreaLayout.Folder);
        if (IsFormatted(path))
        {
            throw new IOException($"{path} already holds a lease area; add it as it is, or choose another folder.");
        }

        Directory.CreateDirectory(folder);
        var identity = new AreaIdentity(new AreaId(area), cluster);
        var first = BallotRecord.First(LeaseTable.First(hosts));
        Parallel.For(0, Slot.Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, slot =>
        {
            var empty = new byte[HeartbeatBlock.Length];
            new HeartbeatBlock(new Slot(slot), Incarnation.None, Guid.Empty, 0, HeartbeatFlags.None, 0, 0, 0).Encode(identity, empty);
            Create(Path.Combine(folder, AreaLayout.SlotFile(slot)), HeartbeatBlock.Length, empty);
            Create(Path.Combine(folder, AreaLayout.BallotFile(slot)), AreaLayout.BallotLength, BallotCodec.Encode(first, identity, new Slot(slot)));
        });
        Create(HeaderFile(path), BlockHeader.Alignment, new AreaHeader(identity, Slot.Count, madeAt).Encode());
        return identity;
    }

    /// <exception cref="IOException">Another process, perhaps a dead one with a write in flight, has it.</exception>
    private FileStream OnlyWriter(AreaId area, int slot)
    {
        Directory.CreateDirectory(lockFolder);
        var file = Path.Combine(lockFolder, $"area-{area}-{slot}.lock");
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"an earlier agent of this host, or another one, still holds {file}: its last write to the store has not ended", e);
        }
    }

    private static string HeaderFile(string path) => Path.Combine(path, AreaLayout.Folder, AreaLayout.HeaderFile);

    private static void Create(string file, int length, byte[] start)
    {
        using (var made = File.Open(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite))
        {
            // Written, not only reserved: a block that is allocated later could fail for want of space.
            made.Write(new byte[length]);
            made.Flush(flushToDisk: true);
        }

        using var direct = DirectFile.Open(file, write: true);
        direct.Write(0, start);
    }

    private static void Aside(Func<LeaseArea> open, Action<ILeaseArea?, string?> done)
    {
        var ended = 0;
        void End(LeaseArea? area, string? failure)
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                done(area, failure);
            }
            else
            {
                area?.Dispose(); // too late: its lock would keep the next try out
            }
        }

        var timer = new Timer(_ => End(null, "the datastore does not answer within 5 s"), null, OpenLimit, Timeout.InfiniteTimeSpan);
        new Thread(() =>
        {
            try
            {
                End(open(), null);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                End(null, e.Message);
            }
            finally
            {
                timer.Dispose();
            }
        }) { IsBackground = true, Name = "open area" }.Start();
    }
}
