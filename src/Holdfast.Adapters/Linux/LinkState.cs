using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Adapters.Linux;

/// <summary>Whether an interface is up and has a carrier (netdevice(7), SIOCGIFFLAGS): asked of the own network namespace, which /sys need not show.</summary>
public static partial class LinkState
{
    private const int Inet = 2;
    private const int Datagram = 2;
    private const int CloseOnExec = 0x80000;
    private const nuint GetFlags = 0x8913;
    private const int Up = 0x1;
    private const int Running = 0x40;
    private const int NameLength = 16;

    /// <summary>Null when there is no such interface.</summary>
    public static unsafe bool? IsRunning(string name)
    {
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        if (Encoding.ASCII.GetByteCount(name) >= NameLength)
        {
            return null;
        }

        Encoding.ASCII.GetBytes(name, new Span<byte>(request, NameLength));
        var socket = OpenSocket(Inet, Datagram | CloseOnExec, 0);
        if (socket < 0)
        {
            return null;
        }

        try
        {
            return Ask(socket, GetFlags, request) == 0 ? (*(short*)(request + NameLength) & (Up | Running)) == (Up | Running) : null;
        }
        finally
        {
            _ = Close(socket);
        }
    }

    [LibraryImport("libc", EntryPoint = "socket")]
    private static partial int OpenSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static unsafe partial int Ask(int socket, nuint request, byte* argument);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int socket);
}
