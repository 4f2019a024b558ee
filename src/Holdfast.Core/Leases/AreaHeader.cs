namespace Holdfast.Core.Leases;

/// <summary>The first block of a lease area: which area of which cluster it is, and with how many slots it was formatted.</summary>
/// <param name="MadeAt">Wall clock of the formatting, for people only.</param>
public sealed record AreaHeader(AreaIdentity Identity, int Slots, long MadeAt)
{
    private static readonly BlockName Name = new(BlockKind.Area, 0);

    public byte[] Encode()
    {
        var block = new byte[BlockHeader.Alignment];
        new BlockHeader(BlockKind.Area, 0, Identity.Area, Identity.Cluster, 1, new BlockFacts((ulong)Slots, (ulong)MadeAt, 0, 0, 0), 0, Crc32C.Of([])).Write(block);
        return block;
    }

    /// <param name="cluster">The cluster that the reader belongs to.</param>
    public static AreaFault? Decode(ReadOnlySpan<byte> block, ClusterId cluster, out AreaHeader? header)
    {
        var fault = Decode(block, out header);
        if (header is { Identity.Cluster: var found } && found != cluster)
        {
            header = null;
            return new AreaFault.OtherCluster(Name.ToString(), found, cluster);
        }

        return fault;
    }

    /// <summary>For a reader that belongs to no cluster, and only looks.</summary>
    public static AreaFault? Decode(ReadOnlySpan<byte> block, out AreaHeader? header)
    {
        header = null;
        if (BlockHeader.Read(block, Name, out var h) is { } fault)
        {
            return fault;
        }

        header = new(new AreaIdentity(h.Area, h.Cluster), (int)h.Facts.First, (long)h.Facts.Second);
        return null;
    }
}
