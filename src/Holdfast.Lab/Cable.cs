using System.Globalization;

namespace Holdfast.Lab;

/// <summary>One cable of a host's, or the store's, link to a network: the only one, or in a redundant lab one of two, each into another switch.</summary>
/// <param name="Side">1 or 2: of the switch.</param>
internal sealed record Cable(string Host, LabNetwork Network, int Side)
{
    /// <summary>In a redundant lab; it carries the sides of all networks that have its number.</summary>
    internal static string Switch(int side) => string.Create(CultureInfo.InvariantCulture, $"sw{side}");

    /// <summary>The bridge that is this side of a network.</summary>
    internal static string Bridge(string network, int side) => side == 1 ? network : $"{network}-{side}";

    /// <summary>Its end at the switch.</summary>
    internal string Port => IsFirst ? LabState.Port(Host, Network.Name) : $"{LabState.Port(Host, Network.Name)}b";

    /// <summary>Its end at the host, where there are two.</summary>
    internal string Member => $"{Hosts.HostFiles.Uplink(Network)}{(IsFirst ? 'a' : 'b')}";

    private bool IsFirst => Side == 1;
}
