using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>
/// This host's own observation of one peer's slot on one datastore. It knows one thing: for how long, without a break, the block's bytes have
/// not changed (DESIGN §4a). Safety: silence counts from the <em>completion</em> of the first read that showed these bytes to the <em>start</em>
/// of the last one, never from memory, messages or anybody else's word.
/// </summary>
public sealed class SlotWatch(int slot)
{
    private byte[]? bytes;
    private (byte[]? Of, HeartbeatBlock? Block) decoded;
    private Moment? silentFrom;
    private Moment silentUntil;
    private Moment lastCompleted;
    private Moment countsFrom = Moment.Zero;

    public int Slot { get; } = slot;

    /// <summary>The block as last read; null before the first good read.</summary>
    public byte[]? Block => bytes;

    /// <summary>What the block as last read says, or null when it is none of this area and slot. It is decoded once, as <see cref="Block"/> never changes in place.</summary>
    public HeartbeatBlock? Says(AreaIdentity identity)
    {
        if (!ReferenceEquals(decoded.Of, bytes))
        {
            decoded = (bytes, HeartbeatBlock.Decode(bytes, identity, new Slot(Slot), out var block) is null ? block : null);
        }

        return decoded.Block;
    }

    /// <summary>Completion of the last read in which the bytes had changed since a read shortly before; null when that was never seen.</summary>
    public Moment? LastMoved { get; private set; }

    /// <summary>Start of the last read that still showed the same bytes; meaningful only while <see cref="Silence"/> is not zero.</summary>
    public Moment SilentUntil => silentUntil;

    /// <summary>When the present uninterrupted silence began; null when there is no valid observation.</summary>
    public Moment? SilentFrom => silentFrom;

    /// <summary>The uninterrupted silence that this host can swear to. Zero when there is none.</summary>
    public TimeSpan Silence => silentFrom is { } from && silentUntil > from ? silentUntil - from : TimeSpan.Zero;

    /// <summary>It was seen to move not longer than this before the last read. A silence that is observed anew, after a gap, has no length yet and is no sign of life all the same.</summary>
    public bool Moves(TimeSpan within) => silentFrom is not null && LastMoved is { } moved && silentUntil - moved < within;

    public void Observe(SlotReading reading, TimeSpan longestGap)
    {
        if (reading.Block is null)
        {
            Void(reading.Completed);
            return;
        }

        var changed = bytes is null || !bytes.AsSpan().SequenceEqual(reading.Block);
        var apart = reading.Started - lastCompleted > longestGap;
        var gap = silentFrom is null || apart;
        lastCompleted = reading.Completed;

        // What has changed between two reads that are far apart may have changed long ago: its host may have died, expired or changed its mind since.
        if (changed && bytes is not null && !apart)
        {
            LastMoved = reading.Completed;
        }

        bytes = reading.Block;
        if (changed || gap)
        {
            silentFrom = reading.Completed >= countsFrom ? reading.Completed : null;
            silentUntil = reading.Completed;
        }
        else
        {
            silentUntil = reading.Started;
        }
    }

    /// <summary>
    /// What was read until <paramref name="now"/> proves nothing any more: a failed read, a failed renewal of one's own, one's own expiry, clocks that
    /// disagree, a new life of the peer. A read that was complete before it and is told later does not count either.
    /// </summary>
    public void Void(Moment now) => (silentFrom, countsFrom) = (null, now);
}
