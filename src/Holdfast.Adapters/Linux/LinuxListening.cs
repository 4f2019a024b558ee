using System.Net.Sockets;

namespace Holdfast.Adapters.Linux;

/// <summary>How a listening socket of ours is set up before it is bound.</summary>
public static class LinuxListening
{
    public static void Prepare(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        LinuxSocket.BindEvenWithoutAddress(socket);
    }
}
