using System.Buffers.Binary;
using System.Net;

namespace Holdfast.Adapters.Network;

/// <summary>ARP packets as Ethernet frames.</summary>
internal static class ArpFrames
{
    internal const ushort EtherType = 0x0806;
    internal const int Length = 42;

    private const int EthernetHeader = 14, MacLength = 6, IpLength = 4;
    private const ushort Ethernet = 1, Ipv4 = 0x0800, Request = 1, Reply = 2;

    /// <summary>As a broadcast, from the packet's sender.</summary>
    internal static byte[] Encode(ArpFrame frame)
    {
        var bytes = new byte[Length];
        bytes.AsSpan(0, MacLength).Fill(0xff);
        WriteMac(bytes.AsSpan(6), frame.SenderMac);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(12), EtherType);
        var packet = bytes.AsSpan(EthernetHeader);
        BinaryPrimitives.WriteUInt16BigEndian(packet, Ethernet);
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], Ipv4);
        (packet[4], packet[5]) = (MacLength, IpLength);
        BinaryPrimitives.WriteUInt16BigEndian(packet[6..], frame.IsReply ? Reply : Request);
        WriteMac(packet[8..], frame.SenderMac);
        WriteIp(packet[14..], frame.SenderIp);
        WriteMac(packet[18..], frame.TargetMac);
        WriteIp(packet[24..], frame.TargetIp);
        return bytes;
    }

    /// <summary>Null when it is no whole ARP request or reply for IPv4 on Ethernet. Frames come from anybody: nothing in them is trusted to fit.</summary>
    internal static ArpFrame? Decode(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Length || BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != EtherType)
        {
            return null;
        }

        var packet = frame[EthernetHeader..];
        var kind = BinaryPrimitives.ReadUInt16BigEndian(packet[6..]);
        var known = BinaryPrimitives.ReadUInt16BigEndian(packet) == Ethernet && BinaryPrimitives.ReadUInt16BigEndian(packet[2..]) == Ipv4
            && packet[4] == MacLength && packet[5] == IpLength && kind is Request or Reply;
        return known ? new ArpFrame(kind == Reply, Mac(packet[8..]), Ip(packet[14..]), Mac(packet[18..]), Ip(packet[24..])) : null;
    }

    /// <summary>The first six bytes as text.</summary>
    internal static string Mac(ReadOnlySpan<byte> bytes) =>
        $"{bytes[0]:x2}:{bytes[1]:x2}:{bytes[2]:x2}:{bytes[3]:x2}:{bytes[4]:x2}:{bytes[5]:x2}";

    private static string Ip(ReadOnlySpan<byte> bytes) => new IPAddress(bytes[..IpLength]).ToString();

    private static void WriteMac(Span<byte> to, string mac) => Convert.FromHexString(mac.Replace(":", "", StringComparison.Ordinal)).CopyTo(to);

    private static void WriteIp(Span<byte> to, string ip) => IPAddress.Parse(ip).TryWriteBytes(to, out _);
}
