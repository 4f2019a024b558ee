using Holdfast.Core.Leases;

namespace Holdfast.Simulation.World;

/// <summary>
/// One host's ballot area on a store, byte by byte. What was read from these bytes is kept until they change: nearly every poll finds nothing new, and
/// the reading is immutable.
/// </summary>
internal sealed class StoredBallot(AreaIdentity identity, Slot slot)
{
    private byte[] bytes = [];

    /// <summary>By how its version compares with the one that the reader knows: that alone decides which tables are left out, and with 64 hosts no two need know the same.</summary>
    private readonly List<(int Newer, BallotReading Reading)> kept = new(3);
    private bool torn;

    /// <summary>Puts these bytes on the disk.</summary>
    public void Land(long offset, ReadOnlySpan<byte> landed)
    {
        kept.Clear();
        torn = false;
        if (bytes.Length < offset + landed.Length)
        {
            Array.Resize(ref bytes, (int)offset + landed.Length);
        }

        landed.CopyTo(bytes.AsSpan((int)offset));
    }

    /// <summary>The newer whole side, or null when none is whole.</summary>
    /// <exception cref="FormatException">The bytes are no table of this form.</exception>
    public BallotReading? Read(ulong knownVersion)
    {
        foreach (var (newer, known) in kept)
        {
            if (known.Version.CompareTo(knownVersion) == newer)
            {
                return known;
            }
        }

        return torn ? null : ReadAnew(knownVersion);
    }

    private BallotReading? ReadAnew(ulong knownVersion)
    {
        var reading = BallotFile.Read(Part, identity, slot, knownVersion);
        torn = reading is null;
        if (reading is not null)
        {
            kept.Add((reading.Version.CompareTo(knownVersion), reading));
        }

        return reading;
    }

    private byte[] Part(long offset, int length)
    {
        var part = new byte[length];
        if (offset < bytes.Length)
        {
            bytes.AsSpan((int)offset, (int)Math.Min(length, bytes.Length - offset)).CopyTo(part);
        }

        return part;
    }
}
