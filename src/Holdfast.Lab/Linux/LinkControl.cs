using System.Text;

namespace Holdfast.Lab.Linux;

/// <summary>
/// Takes links of another network namespace up and down without starting a program. A host's links must be down before it is killed, and a fence
/// device must answer at once.
/// </summary>
internal sealed class LinkControl : IDisposable
{
    private readonly int socket;

    private LinkControl(int socket) => this.socket = socket;

    internal static LinkControl Open(string networkNamespace) => new(NamespaceSocket.Open(networkNamespace, Native.DatagramCloseOnExec));

    /// <summary>False when there is no such link.</summary>
    internal unsafe bool Set(string link, bool up)
    {
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        Encoding.ASCII.GetBytes(link, new Span<byte>(request, 15));
        if (Native.Control(socket, Native.GetInterfaceFlags, request) != 0)
        {
            return false;
        }

        var flags = (short*)(request + 16);
        *flags = (short)(up ? *flags | Native.InterfaceUp : *flags & ~Native.InterfaceUp);
        return Native.Control(socket, Native.SetInterfaceFlags, request) == 0;
    }

    public void Dispose() => _ = Native.Close(socket);
}
