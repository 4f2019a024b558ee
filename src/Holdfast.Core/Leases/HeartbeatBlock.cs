namespace Holdfast.Core.Leases;

/// <summary>What a host says of itself in its heartbeat block.</summary>
[Flags]
public enum HeartbeatFlags : uint
{
    None = 0,

    /// <summary>It reaches no other host over any network while others reach each other; it keeps what it runs and takes nothing.</summary>
    Isolated = 1 << 0,

    /// <summary>Its etcd has no quorum.</summary>
    NoQuorum = 1 << 1,

    /// <summary>Its machines are cut off from the guest network.</summary>
    GuestDown = 1 << 2,

    /// <summary>The guard renews without an agent.</summary>
    Agentless = 1 << 3,

    /// <summary>No migration network works.</summary>
    MigrationDown = 1 << 4,

    /// <summary>Disarmed or being drained: takes no machines.</summary>
    Leaving = 1 << 5,

    /// <summary>The lease table was rolled back or is not readable: takes and gives nothing.</summary>
    NoTable = 1 << 6,

    /// <summary>Frozen machines wait for a rejoin.</summary>
    Expired = 1 << 7,

    /// <summary>Its own link to the guest network has no carrier: not hearing it there says nothing about anybody else's.</summary>
    GuestUnplugged = 1 << 8,

    /// <summary>An administrator drains it: it is leaving, and its machines move to other hosts.</summary>
    Draining = 1 << 9,

    /// <summary>Machines of it wait for their turn to move, and none moves: whoever has its share lets it go first.</summary>
    AwaitsTurn = 1 << 10,
}

/// <summary>
/// One host's heartbeat block: written by its guard only, once every renewal, with a counter that never stands still. Silence is about
/// bytes: a block that does not change is silent, whatever it says. Encoding and decoding allocate nothing unless they fail.
/// </summary>
/// <param name="Reach">Bit per slot: hosts reached over the networks, both ways.</param>
/// <param name="FreeMemoryMiB">For placement without a coordinator.</param>
public readonly record struct HeartbeatBlock(
    Slot Slot, Incarnation Incarnation, Guid BootId, ulong Counter, HeartbeatFlags Flags, ulong Reach, uint FreeMemoryMiB, uint FreeCpuPercent)
{
    /// <summary>A block's length on disk.</summary>
    public const int Length = BlockHeader.Alignment;

    private const int BodyLength = 32;

    /// <summary>Fill <paramref name="block"/> (<see cref="Length"/> bytes).</summary>
    public void Encode(AreaIdentity identity, Span<byte> block)
    {
        block[BlockHeader.Length..Length].Clear();
        var body = block.Slice(BlockHeader.Length, BodyLength);
        Incarnation.Value.TryWriteBytes(body);
        BootId.TryWriteBytes(body[16..]);
        var facts = new BlockFacts((ulong)Flags, Reach, FreeMemoryMiB, FreeCpuPercent, 0);
        new BlockHeader(BlockKind.Heartbeat, (byte)Slot.Value, identity.Area, identity.Cluster, Counter, facts, BodyLength, Crc32C.Of(body)).Write(block);
    }

    /// <summary>Null and the block, or why it cannot be used. A torn block still counts as a sign of life: its bytes changed.</summary>
    public static AreaFault? Decode(ReadOnlySpan<byte> block, AreaIdentity identity, Slot slot, out HeartbeatBlock heartbeat)
    {
        heartbeat = default;
        var name = new BlockName(BlockKind.Heartbeat, slot.Value);
        if (BlockHeader.Read(block, name, out var header) is { } fault)
        {
            return fault;
        }

        if (header.Belongs(identity, (byte)slot.Value, name) is { } foreign)
        {
            return foreign;
        }

        if (header.BodyLength != BodyLength || block.Length < BlockHeader.Length + BodyLength)
        {
            return new AreaFault.Damaged(name.ToString());
        }

        var body = block.Slice(BlockHeader.Length, BodyLength);
        if (Crc32C.Of(body) != header.BodyChecksum)
        {
            return new AreaFault.Damaged(name.ToString());
        }

        heartbeat = new HeartbeatBlock(
            slot, new Incarnation(new Guid(body[..16])), new Guid(body[16..]), header.Sequence,
            (HeartbeatFlags)header.Facts.First, header.Facts.Second, (uint)header.Facts.Third, (uint)header.Facts.Fourth);
        return null;
    }
}
