using Holdfast.Core.Leases;

namespace Holdfast.Simulation.World;

/// <summary>
/// One host's ballot area on a store, byte by byte. What was read from these bytes is kept until they change: nearly every poll finds nothing new, and
/// the reading is immutable.
/// </summary>
internal sealed class StoredBallot(AreaIdentity identity, Slot slot)
{
    private byte[] bytes = [];
    private (ulong KnownVersion, BallotReading? Reading)? last;

    /// <summary>Puts these bytes on the disk.</summary>
    public void Land(long offset, ReadOnlySpan<byte> landed)
    {
        last = null;
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
        if (last is { } kept && kept.KnownVersion == knownVersion)
        {
            return kept.Reading;
        }

        var reading = BallotFile.Read(Part, identity, slot, knownVersion);
        last = (knownVersion, reading);
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
