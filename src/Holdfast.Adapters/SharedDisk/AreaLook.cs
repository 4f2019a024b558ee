using Holdfast.Core.Leases;

namespace Holdfast.Adapters.SharedDisk;

/// <summary>A lease area as anybody can read it who has the datastore: the newest version that some host knows to be chosen, and which hosts renew. It writes nothing and takes no lock.</summary>
/// <param name="Renewing">Slots whose block changed while we looked, with the incarnation that it named last.</param>
/// <param name="Unreadable">A sentence for each ballot area that could not be read; a newer version may be in one of them.</param>
public sealed record AreaLook(AreaIdentity Identity, LeaseTable Table, IReadOnlyDictionary<Slot, Incarnation> Renewing, IReadOnlyList<string> Unreadable)
{
    private const int Tries = 3;

    /// <summary>Blocks for the time of the look and for as long as the store takes; callers give it a limit.</summary>
    /// <param name="look">How long a silent slot is looked at.</param>
    /// <exception cref="IOException">One sentence that names what is wrong and the way out.</exception>
    public static AreaLook Take(string path, TimeSpan look)
    {
        var identity = LeaseAreas.ReadHeader(path).Identity;
        var folder = Path.Combine(path, AreaLayout.Folder);
        List<string> unreadable = [];
        LeaseTable? newest = null;
        foreach (var slot in Enumerable.Range(0, Slot.Count).Select(n => new Slot(n)))
        {
            var (table, fault) = Chosen(folder, identity, slot);
            newest = table?.Version > (newest?.Version ?? 0) ? table : newest;
            unreadable.AddRange(fault is null ? [] : [fault]);
        }

        var found = newest ?? throw new IOException($"No ballot area under {folder} can be read: {unreadable.FirstOrDefault()}");
        return new(identity, found, Renewals(folder, identity, [.. found.Hosts.Keys], look), unreadable);
    }

    private static (LeaseTable? Table, string? Fault) Chosen(string folder, AreaIdentity identity, Slot slot)
    {
        var name = AreaLayout.BallotFile(slot.Value);
        try
        {
            using var file = DirectFile.Open(Path.Combine(folder, name), write: false);
            for (var tries = 0; tries < Tries; tries++)
            {
                if (BallotFile.Read(file.Read, identity, slot, knownVersion: 0) is { } reading)
                {
                    return (reading.Chosen, null);
                }
            }

            return (null, new AreaFault.Damaged(name).Sentence);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            return (null, new AreaFault.Unreadable(name, e.Message).Sentence);
        }
    }

    private static Dictionary<Slot, Incarnation> Renewals(string folder, AreaIdentity identity, Slot[] slots, TimeSpan look)
    {
        var first = slots.ToDictionary(slot => slot, slot => Block(folder, slot));
        Thread.Sleep(look);
        var renewing = new Dictionary<Slot, Incarnation>();
        foreach (var slot in slots)
        {
            // Its bytes tell, and nothing that it says: a block that stands still is silent.
            if (Block(folder, slot) is { } now && first[slot] is { } before && !now.AsSpan().SequenceEqual(before) && HeartbeatBlock.Decode(now, identity, slot, out var heartbeat) is null)
            {
                renewing[slot] = heartbeat.Incarnation;
            }
        }

        return renewing;
    }

    private static byte[]? Block(string folder, Slot slot)
    {
        try
        {
            using var file = DirectFile.Open(Path.Combine(folder, AreaLayout.SlotFile(slot.Value)), write: false);
            return file.Read(0, HeartbeatBlock.Length) is { Length: HeartbeatBlock.Length } block ? block : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
