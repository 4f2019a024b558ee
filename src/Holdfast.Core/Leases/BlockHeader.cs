using System.Buffers.Binary;

namespace Holdfast.Core.Leases;

/// <summary>What a block holds.</summary>
public enum BlockKind : byte
{
    Area = 1,
    Heartbeat = 2,
    Ballot = 3,
}

/// <summary>
/// The first 128 bytes of every block: who wrote what, and checksums of header and body apart, so that a reader may judge by the header
/// alone. Little-endian. <see cref="Facts"/> are five numbers of the block's kind. Reads and writes without allocating (the guard).
/// </summary>
public readonly record struct BlockHeader(BlockKind Kind, byte Writer, AreaId Area, ClusterId Cluster, ulong Sequence, BlockFacts Facts, int BodyLength, uint BodyChecksum)
{
    public const int Length = 128;

    /// <summary>Blocks are read and written in multiples of this, at multiples of this, as O_DIRECT wants.</summary>
    public const int Alignment = 4096;

    public const ushort Format = 1;

    private const uint Magic = 0x54_53_46_48; // "HFST"

    private const int ChecksumAt = Length - 4;

    /// <summary>Write the header with its checksum to the start of <paramref name="block"/>.</summary>
    public void Write(Span<byte> block)
    {
        var b = block[..Length];
        b.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(b, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(b[4..], Format);
        b[6] = (byte)Kind;
        b[7] = Writer;
        Area.Value.TryWriteBytes(b[8..]);
        Cluster.Value.TryWriteBytes(b[24..]);
        BinaryPrimitives.WriteUInt64LittleEndian(b[40..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(b[48..], Facts.First);
        BinaryPrimitives.WriteUInt64LittleEndian(b[56..], Facts.Second);
        BinaryPrimitives.WriteUInt64LittleEndian(b[64..], Facts.Third);
        BinaryPrimitives.WriteUInt64LittleEndian(b[72..], Facts.Fourth);
        BinaryPrimitives.WriteUInt64LittleEndian(b[80..], Facts.Fifth);
        BinaryPrimitives.WriteInt32LittleEndian(b[88..], BodyLength);
        BinaryPrimitives.WriteUInt32LittleEndian(b[92..], BodyChecksum);
        BinaryPrimitives.WriteUInt32LittleEndian(b[ChecksumAt..], Crc32C.Of(b[..ChecksumAt]));
    }

    /// <summary>
    /// The header at the start of <paramref name="block"/>, or why it is none. <paramref name="name"/> says which kind it must be. The checksum is judged before the format's own fields, but after the version: a newer format may check otherwise.
    /// </summary>
    public static AreaFault? Read(ReadOnlySpan<byte> block, BlockName name, out BlockHeader header)
    {
        header = default;
        if (block.Length < Length)
        {
            return new AreaFault.Damaged(name.ToString());
        }

        var b = block[..Length];
        if (BinaryPrimitives.ReadUInt32LittleEndian(b) != Magic)
        {
            return new AreaFault.NotALeaseArea(name.ToString());
        }

        var format = BinaryPrimitives.ReadUInt16LittleEndian(b[4..]);
        if (format != Format)
        {
            return format < Format ? new AreaFault.OlderFormat(name.ToString(), format, Format) : new AreaFault.NewerFormat(name.ToString(), format, Format);
        }

        header = Parse(b);
        var whole = BinaryPrimitives.ReadUInt32LittleEndian(b[ChecksumAt..]) == Crc32C.Of(b[..ChecksumAt]);
        return whole && header.Kind == name.Kind && header.BodyLength >= 0 ? null : new AreaFault.Damaged(name.ToString());
    }

    /// <summary>Null when the block belongs to this area and was written by the slot whose block it is.</summary>
    public AreaFault? Belongs(AreaIdentity identity, byte writer, BlockName name) =>
        Cluster != identity.Cluster ? new AreaFault.OtherCluster(name.ToString(), Cluster, identity.Cluster)
        : Area != identity.Area ? new AreaFault.OtherArea(name.ToString(), Area, identity.Area)
        : Writer != writer ? new AreaFault.OtherWriter(name.ToString(), Writer, writer)
        : null;

    private static BlockHeader Parse(ReadOnlySpan<byte> b) => new(
        (BlockKind)b[6], b[7], new AreaId(new Guid(b[8..24])), new ClusterId(new Guid(b[24..40])), BinaryPrimitives.ReadUInt64LittleEndian(b[40..]),
        new BlockFacts(
            BinaryPrimitives.ReadUInt64LittleEndian(b[48..]), BinaryPrimitives.ReadUInt64LittleEndian(b[56..]), BinaryPrimitives.ReadUInt64LittleEndian(b[64..]),
            BinaryPrimitives.ReadUInt64LittleEndian(b[72..]), BinaryPrimitives.ReadUInt64LittleEndian(b[80..])),
        BinaryPrimitives.ReadInt32LittleEndian(b[88..]), BinaryPrimitives.ReadUInt32LittleEndian(b[92..]));
}

/// <summary>Five numbers in the header whose meaning depends on the block's kind.</summary>
public readonly record struct BlockFacts(ulong First, ulong Second, ulong Third, ulong Fourth, ulong Fifth);
