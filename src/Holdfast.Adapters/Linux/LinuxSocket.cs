using System.Buffers.Binary;
using System.Net.Sockets;

namespace Holdfast.Adapters.Linux;

/// <summary>Socket options of Linux that .NET has no names for (ip(7), tcp(7)).</summary>
internal static class LinuxSocket
{
    private const int SolIp = 0;
    private const int IpFreeBind = 15;
    private const int IpMtuDiscover = 10;
    private const int SolIpv6 = 41;
    private const int Ipv6MtuDiscover = 23;

    /// <summary>Never fragment, and send up to the own link's MTU whatever a path was said to carry (IP_PMTUDISC_PROBE): what does not arrive is what is to be found.</summary>
    private const int Probe = 3;

    /// <summary>Bind also while the interface has not got its address yet: an agent may start before its network.</summary>
    public static void BindEvenWithoutAddress(Socket socket)
    {
        Span<byte> on = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(on, 1);
        if (socket.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetRawSocketOption(SolIp, IpFreeBind, on);
        }
    }

    public static void NeverFragment(Socket socket)
    {
        Span<byte> probe = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(probe, Probe);
        if (socket.AddressFamily == AddressFamily.InterNetwork)
        {
            socket.SetRawSocketOption(SolIp, IpMtuDiscover, probe);
        }
        else
        {
            socket.SetRawSocketOption(SolIpv6, Ipv6MtuDiscover, probe);
        }
    }

    /// <summary>A message is sent at once, and a peer that vanished is noticed in about 3 s although nobody writes.</summary>
    public static void QuickAndWatched(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 2);
    }
}
