using System.Runtime.InteropServices;
using System.Text;

namespace Holdfast.Lab.Linux;

/// <summary>
/// Takes links of another network namespace up and down without starting a program: a socket stays in the namespace where it was
/// made, whoever uses it later. A host's links must be down before it is killed, and a fence device must answer at once.
/// </summary>
internal sealed class LinkControl : IDisposable
{
    private readonly int socket;

    private LinkControl(int socket) => this.socket = socket;

    internal static LinkControl Open(string networkNamespace)
    {
        var result = -1;
        var error = 0;

        // A thread that has changed its namespace must not go back to the pool, so it is made for this and ends with it.
        var thread = new Thread(() =>
        {
            var file = Native.Open(networkNamespace, Native.ReadOnlyCloseOnExec);
            if (file >= 0 && Native.EnterNamespace(file, Native.NewNetwork) == 0)
            {
                result = Native.Socket(Native.AddressFamilyInet, Native.DatagramCloseOnExec, 0);
            }

            error = Marshal.GetLastPInvokeError();
            _ = file >= 0 ? Native.Close(file) : 0;
        });
        thread.Start();
        thread.Join();
        return result >= 0 ? new(result) : throw new LabException($"The network namespace {networkNamespace} cannot be entered (error {error}); take the lab down and up again.");
    }

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
