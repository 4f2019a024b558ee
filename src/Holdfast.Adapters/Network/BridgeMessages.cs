using System.Buffers.Binary;

namespace Holdfast.Adapters.Network;

/// <summary>Reads rtnetlink messages about bridges' forwarding tables: nlmsghdr, ndmsg and its attributes (linux/netlink.h, linux/neighbour.h).</summary>
internal static class BridgeMessages
{
    internal const byte BridgeFamily = 7;
    internal const ushort GetNeighbour = 30;
    internal const ushort RequestDump = 0x301;
    private const ushort NewNeighbour = 28, DeleteNeighbour = 29;
    private const int Header = 16, Body = 12, LinkAddress = 2, CacheInfo = 3, Master = 9;
    private const int TicksPerSecond = 100;     // USER_HZ, the kernel's unit towards programs, whatever its own is
    private const ushort Permanent = 0x80;

    /// <summary>The entries in one datagram; whatever else is in it, or is cut off, is skipped.</summary>
    internal static List<BridgeEntry> Read(ReadOnlySpan<byte> datagram)
    {
        var entries = new List<BridgeEntry>();
        while (datagram.Length >= Header)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(datagram);
            if (length < Header || length > datagram.Length)
            {
                break;
            }

            var type = BinaryPrimitives.ReadUInt16LittleEndian(datagram[4..]);
            if (type is NewNeighbour or DeleteNeighbour && length >= Header + Body && datagram[Header] == BridgeFamily)
            {
                entries.AddRange(Entry(datagram[Header..length], type == DeleteNeighbour) is { } entry ? [entry] : []);
            }

            datagram = datagram[Math.Min(datagram.Length, Aligned(length))..];
        }

        return entries;
    }

    private static BridgeEntry? Entry(ReadOnlySpan<byte> message, bool gone)
    {
        var (mac, bridge, age) = ("", 0, TimeSpan.Zero);
        for (var rest = message[Body..]; rest.Length >= 4;)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            if (length < 4 || length > rest.Length)
            {
                break;
            }

            var value = rest[4..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]))
            {
                case LinkAddress when value.Length == 6:
                    mac = string.Join(':', Convert.ToHexStringLower(value).Chunk(2).Select(two => new string(two)));
                    break;
                case CacheInfo when value.Length >= 12:
                    // struct nda_cacheinfo: confirmed, used, updated; the last frame from there came so long ago.
                    age = TimeSpan.FromSeconds((double)BinaryPrimitives.ReadUInt32LittleEndian(value[8..]) / TicksPerSecond);
                    break;
                case Master when value.Length == 4:
                    bridge = BinaryPrimitives.ReadInt32LittleEndian(value);
                    break;
            }

            rest = rest[Math.Min(rest.Length, Aligned(length))..];
        }

        var own = (BinaryPrimitives.ReadUInt16LittleEndian(message[8..]) & Permanent) != 0;
        return mac.Length > 0 && bridge != 0 ? new(mac, BinaryPrimitives.ReadInt32LittleEndian(message[4..]), bridge, own, gone, age) : null;
    }

    private static int Aligned(int length) => (length + 3) & ~3;
}

/// <param name="Port">Interface index of the port.</param>
/// <param name="Bridge">Interface index of the bridge.</param>
/// <param name="IsOwn">It is the port's own address, not one behind it.</param>
/// <param name="Age">Since the last frame from this address came in at this port.</param>
internal readonly record struct BridgeEntry(string Mac, int Port, int Bridge, bool IsOwn, bool IsGone, TimeSpan Age);
