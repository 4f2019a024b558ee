using System.Net;
using System.Net.Sockets;

namespace Holdfast.Cli.Parsing;

/// <summary>An IP address of a host, as people write it.</summary>
internal static class HostAddress
{
    /// <summary>Without the short forms of old ("10.2" for 10.0.0.2): here they are mistakes.</summary>
    /// <returns>Null: it is none.</returns>
    public static IPAddress? Parse(string text) =>
        IPAddress.TryParse(text, out var address) && (address.AddressFamily == AddressFamily.InterNetworkV6 || text.Count(c => c == '.') == 3) ? address : null;
}
