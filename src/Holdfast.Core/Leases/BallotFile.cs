namespace Holdfast.Core.Leases;

/// <summary>
/// A ballot area as a file of two sides: how a reader finds the newer whole record, and in which order a writer writes one. Every store, real or
/// simulated, reads and writes through this, as the order is part of the protocol.
/// </summary>
public static class BallotFile
{
    /// <summary>The newer valid side; null when none is whole (a writer overtook this read, or both are damaged).</summary>
    /// <param name="read">Bytes of the file from an offset on.</param>
    public static BallotReading? Read(Func<long, int, byte[]> read, AreaIdentity identity, Slot slot, ulong knownVersion)
    {
        var both = read(0, 2 * BlockHeader.Alignment);
        var sides = new List<(int Side, BlockHeader Header)>(2);
        for (var side = 0; side < 2; side++)
        {
            if (both.Length >= (side + 1) * BlockHeader.Alignment &&
                BallotCodec.ReadHeader(both.AsSpan(side * BlockHeader.Alignment, BlockHeader.Alignment), identity, slot, out var header) is null)
            {
                sides.Add((side, header));
            }
        }

        foreach (var (side, header) in sides.OrderByDescending(s => s.Header.Sequence))
        {
            if (BallotCodec.Decode(side, header, Whole(read, side, header, both), knownVersion) is { } reading)
            {
                return reading;
            }

            // Safety: the older side stands for the area only when the newer one is torn for good. If its writer has come round to this side again since
            // the headers were read, the older side was overwritten in between, and what it said then must not be believed: null, read once more.
            if (!read(0, 2 * BlockHeader.Alignment).AsSpan().SequenceEqual(both))
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>
    /// The writes of one record, each after the one before it is on the store. The first block comes last: its header makes the side valid only
    /// when all of the body is there.
    /// </summary>
    public static IEnumerable<(long Offset, ReadOnlyMemory<byte> Bytes)> Writes(int side, byte[] encoded)
    {
        if (encoded.Length > BlockHeader.Alignment)
        {
            yield return (AreaLayout.Rest(side), encoded.AsMemory(BlockHeader.Alignment));
        }

        yield return (AreaLayout.FirstBlock(side), encoded.AsMemory(0, BlockHeader.Alignment));
    }

    private static ReadOnlySpan<byte> Whole(Func<long, int, byte[]> read, int side, BlockHeader header, byte[] both)
    {
        var first = both.AsSpan(side * BlockHeader.Alignment, BlockHeader.Alignment);
        var rest = BallotCodec.LengthOf(header) - BlockHeader.Alignment;
        return rest <= 0 ? first : (byte[])[.. first, .. read(AreaLayout.Rest(side), rest)];
    }
}
