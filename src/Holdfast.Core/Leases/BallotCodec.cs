namespace Holdfast.Core.Leases;

/// <summary>A ballot record's form on disk: a header with the numbers, then the chosen and the accepted table. One checksum for all of the body.</summary>
public static class BallotCodec
{
    /// <summary>The side's content, padded to whole blocks.</summary>
    public static byte[] Encode(BallotRecord record, AreaIdentity identity, Slot slot)
    {
        var chosen = LeaseTableCodec.Encode(record.Chosen);
        var accepted = record.AcceptedTable is { } table ? LeaseTableCodec.Encode(table) : [];
        var length = BlockHeader.Length + chosen.Length + accepted.Length;
        var blocks = (length + BlockHeader.Alignment - 1) / BlockHeader.Alignment;
        Invariant.That(blocks * BlockHeader.Alignment <= AreaLayout.SideLength, "A ballot record is longer than its side of the area.");
        var side = new byte[blocks * BlockHeader.Alignment];
        var body = side.AsSpan(BlockHeader.Length, chosen.Length + accepted.Length);
        chosen.CopyTo(body);
        accepted.CopyTo(body[chosen.Length..]);
        var facts = new BlockFacts(record.Chosen.Version, record.Promise.Value, record.Accepted.Value, (ulong)chosen.Length, (ulong)accepted.Length);
        new BlockHeader(BlockKind.Ballot, (byte)slot.Value, identity.Area, identity.Cluster, record.Sequence, facts, body.Length, Crc32C.Of(body)).Write(side);
        return side;
    }

    /// <summary>The header of one side's first block, or why it cannot be used.</summary>
    public static AreaFault? ReadHeader(ReadOnlySpan<byte> block, AreaIdentity identity, Slot slot, out BlockHeader header)
    {
        var name = new BlockName(BlockKind.Ballot, slot.Value);
        return BlockHeader.Read(block, name, out header) ?? header.Belongs(identity, (byte)slot.Value, name);
    }

    /// <summary>Length of the whole side in blocks' bytes, as its header says.</summary>
    public static int LengthOf(BlockHeader header) =>
        Math.Min(AreaLayout.SideLength, (BlockHeader.Length + header.BodyLength + BlockHeader.Alignment - 1) / BlockHeader.Alignment * BlockHeader.Alignment);

    /// <summary>The reading of one whole side; null when its body does not fit its checksum. Tables that the reader cannot need are left out.</summary>
    public static BallotReading? Decode(int side, BlockHeader header, ReadOnlySpan<byte> whole, ulong knownVersion)
    {
        var (chosenLength, acceptedLength) = ((int)header.Facts.Fourth, (int)header.Facts.Fifth);
        if (chosenLength + acceptedLength != header.BodyLength || BlockHeader.Length + header.BodyLength > whole.Length)
        {
            return null;
        }

        var body = whole.Slice(BlockHeader.Length, header.BodyLength);
        if (Crc32C.Of(body) != header.BodyChecksum)
        {
            return null;
        }

        var version = header.Facts.First;
        return new(
            side, header.Sequence, version, new Ballot(header.Facts.Second), new Ballot(header.Facts.Third),
            version > knownVersion ? LeaseTableCodec.Decode(body[..chosenLength]) : null,
            version >= knownVersion && acceptedLength > 0 ? LeaseTableCodec.Decode(body[chosenLength..]) : null);
    }
}
