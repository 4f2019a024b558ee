using System.Net;
using System.Net.Sockets;

namespace Holdfast.Api;

/// <summary>What an IP address of a machine may be, for the command line and the agents alike.</summary>
public static class AddressRule
{
    /// <summary>All of a machine's addresses are claimed in one transaction of etcd, which takes 128 operations at most.</summary>
    public const int Most = 32;

    private const int Loopback = 127, FirstMulticast = 224;

    /// <summary>Null when a machine may have this address, else the sentence to show.</summary>
    public static string? Refusal(string text)
    {
        // Only the usual form: .NET also takes "10.1" and octal numbers, and two forms of one address must not be two keys.
        var good = IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork && address.ToString() == text
            && address.GetAddressBytes()[0] is > 0 and not Loopback and < FirstMulticast;
        return good ? null : $"'{text}' is no address for a machine; give an IPv4 address of one device, as in 10.1.2.3.";
    }
}
