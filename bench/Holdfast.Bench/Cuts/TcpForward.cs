using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Holdfast.Bench.Cuts;

/// <summary>
/// <c>forward SOCKET PORT</c>, run in the network namespace of a host of the plain lab: lets another host's libvirtd reach this one's over TCP, as peer to peer needs it. The
/// lab's libvirtd listens on its unix socket only. When either end closes, the other does.
/// </summary>
internal static class TcpForward
{
    public static async Task RunAsync(string[] args, CancellationToken cancel)
    {
        var (path, port) = (args[0], int.Parse(args[1], CultureInfo.InvariantCulture));
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Any, port));
        listener.Listen();
        Console.WriteLine("listening");
        while (true)
        {
            _ = ServeAsync(await listener.AcceptAsync(cancel), path, cancel);
        }
    }

    private static async Task ServeAsync(Socket peer, string path, CancellationToken cancel)
    {
        using var own = peer;
        using var libvirt = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await libvirt.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            await using var one = new NetworkStream(peer);
            await using var other = new NetworkStream(libvirt);
            await Task.WhenAny(one.CopyToAsync(other, cancel), other.CopyToAsync(one, cancel));
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // Either end is gone; the other is closed.
        }
    }
}
