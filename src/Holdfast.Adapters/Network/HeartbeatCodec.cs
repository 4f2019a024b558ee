using System.Buffers.Binary;
using System.Text;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;

namespace Holdfast.Adapters.Network;

/// <summary>
/// A heartbeat on the wire: magic, version, slot, length of the network's name, boot id, stamp, sequence, heard, flags, name, HMAC-SHA256 over all of it.
/// The stamp is the sender's CLOCK_BOOTTIME: it grows over restarts of the agent within a boot, which the sequence need not, so (boot id, stamp)
/// tells a replay from news without comparing two hosts' clocks.
/// </summary>
internal static class HeartbeatCodec
{
    public const int MaxLength = Fixed + MaxName + ClusterKey.TagLength;
    private const int MaxName = 64;
    private const int Fixed = 8 + 16 + 8 + 8 + 8 + 4;
    private const uint Magic = 0x4842_4648; // "HFBH"
    private const byte Version = 1;

    public static int Write(Heartbeat heartbeat, long stamp, ClusterKey key, Span<byte> to)
    {
        var name = Encoding.UTF8.GetBytes(heartbeat.Network, to[Fixed..(Fixed + MaxName)]);
        BinaryPrimitives.WriteUInt32LittleEndian(to, Magic);
        to[4] = Version;
        to[5] = checked((byte)heartbeat.Slot);
        to[6] = (byte)name;
        to[7] = 0;
        heartbeat.BootId.TryWriteBytes(to[8..]);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], stamp);
        BinaryPrimitives.WriteUInt64LittleEndian(to[32..], heartbeat.Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(to[40..], heartbeat.Heard);
        BinaryPrimitives.WriteUInt32LittleEndian(to[48..], (uint)heartbeat.Flags);
        var body = Fixed + name;
        key.SignHeartbeat(to[..body], to[body..(body + ClusterKey.TagLength)]);
        return body + ClusterKey.TagLength;
    }

    /// <summary>Null when the packet is not ours, of another version, cut short or not signed with this key.</summary>
    public static (Heartbeat Heartbeat, long Stamp)? Read(ReadOnlySpan<byte> packet, ClusterKey key)
    {
        if (packet.Length < Fixed + ClusterKey.TagLength
            || BinaryPrimitives.ReadUInt32LittleEndian(packet) != Magic
            || packet[4] != Version
            || packet.Length != Fixed + packet[6] + ClusterKey.TagLength)
        {
            return null;
        }

        var body = packet[..^ClusterKey.TagLength];
        Span<byte> tag = stackalloc byte[ClusterKey.TagLength];
        key.SignHeartbeat(body, tag);
        if (!ClusterKey.Same(tag, packet[body.Length..]))
        {
            return null;
        }

        var heartbeat = new Heartbeat(
            body[5],
            new Guid(body[8..24]),
            Encoding.UTF8.GetString(body[Fixed..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[40..]),
            (HeartbeatFlags)BinaryPrimitives.ReadUInt32LittleEndian(body[48..]));
        return (heartbeat, BinaryPrimitives.ReadInt64LittleEndian(body[24..]));
    }
}
