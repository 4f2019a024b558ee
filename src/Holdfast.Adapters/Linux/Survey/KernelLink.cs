using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>One interface, from <c>ip -json -details address</c> (ip-link(8), ip-address(8)).</summary>
/// <param name="Kind">"bond", "bridge", "vlan", "veth", "tun"; empty: a device of its own.</param>
/// <param name="Master">Bond or bridge that it is a member of.</param>
/// <param name="Under">What a VLAN or MACVLAN lies on.</param>
/// <param name="Mode">Of a bond.</param>
/// <param name="Card">PCI device without its function.</param>
/// <param name="Networks">Of its addresses.</param>
internal sealed record KernelLink(
    string Name, string Kind, bool Carrier, string? Master, string? Under, string? Mode, bool SlowLacp, string? Card, ImmutableArray<string> Addresses, ImmutableArray<IPNetwork> Networks)
{
    /// <exception cref="JsonException">It is not what ip prints.</exception>
    public static ImmutableArray<KernelLink> Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        // ip prints empty objects for what it filters out.
        return [.. document.RootElement.Items().Where(i => i.Text("ifname") is not null).Select(Of)];
    }

    /// <summary>"0000:03:00" of "0000:03:00.1": the ports of one card differ in the function only.</summary>
    public static string? CardOf(string? pciDevice) => pciDevice?.LastIndexOf('.') is { } dot and > 0 ? pciDevice[..dot] : null;

    private static KernelLink Of(JsonElement item)
    {
        var (info, flags) = (item.Part("linkinfo"), item.Part("flags").Items().Select(f => f.GetString()).ToList());
        var data = info.Part("info_data");
        var addresses = item.Part("addr_info").Items().Select(Address).OfType<(IPAddress Address, IPNetwork Network)>().ToList();
        return new(
            item.Text("ifname")!, info.Text("info_kind") ?? "", flags.Contains("UP") && flags.Contains("LOWER_UP") && info.Part("info_slave_data").Text("mii_status") is null or "UP",
            item.Text("master"), item.Text("link"), data.Text("mode"), data.Text("ad_lacp_rate") == "slow", item.Text("parentbus") == "pci" ? CardOf(item.Text("parentdev")) : null,
            [.. addresses.Select(a => a.Address.ToString())], [.. addresses.Select(a => a.Network)]);
    }

    private static (IPAddress, IPNetwork)? Address(JsonElement item) =>
        IPAddress.TryParse(item.Text("local"), out var address) && item.Part("prefixlen") is { ValueKind: JsonValueKind.Number } length && item.Text("scope") != "link"
            ? (address, IPNetwork.Parse(string.Create(CultureInfo.InvariantCulture, $"{Masked(address, length.GetInt32())}/{length.GetInt32()}"))) : null;

    private static IPAddress Masked(IPAddress address, int length)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = length; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new(bytes);
    }
}
