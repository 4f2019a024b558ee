namespace Holdfast.Adapters.Network;

/// <summary>One ARP packet for IPv4 on Ethernet (RFC 826): addresses as text, MAC addresses in small letters.</summary>
/// <param name="IsReply">Else a request.</param>
public readonly record struct ArpFrame(bool IsReply, string SenderMac, string SenderIp, string TargetMac, string TargetIp)
{
    internal const string NoIp = "0.0.0.0";
    internal const string NoMac = "00:00:00:00:00:00";

    /// <summary>Its sender says that it has <see cref="SenderIp"/>; one that only asks whether an address is free does not.</summary>
    public bool IsClaim => SenderIp != NoIp;

    /// <summary>Who has this address? Asked without claiming one (RFC 5227, "ARP Probe").</summary>
    public static ArpFrame Probe(string mac, string ip) => new(false, mac, NoIp, NoMac, ip);

    /// <summary>To everybody: this address is at this MAC address (RFC 5227, "ARP Announcement"; also called gratuitous ARP).</summary>
    public static ArpFrame Announcement(string mac, string ip) => new(false, mac, ip, NoMac, ip);
}
