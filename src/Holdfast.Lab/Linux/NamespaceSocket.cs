using System.Runtime.InteropServices;

namespace Holdfast.Lab.Linux;

/// <summary>Makes sockets in another network namespace: a socket stays where it was made, whoever uses it later.</summary>
internal static class NamespaceSocket
{
    /// <param name="networkNamespace">As "/proc/1234/ns/net".</param>
    /// <param name="type"><see cref="Native.DatagramCloseOnExec"/> or <see cref="Native.StreamCloseOnExec"/>.</param>
    /// <returns>An open descriptor of an IPv4 socket; the caller closes it.</returns>
    internal static int Open(string networkNamespace, int type)
    {
        var result = -1;
        var error = 0;

        // A thread that has changed its namespace must not go back to the pool, so it is made for this and ends with it.
        var thread = new Thread(() =>
        {
            var file = Native.Open(networkNamespace, Native.ReadOnlyCloseOnExec);
            if (file >= 0 && Native.EnterNamespace(file, Native.NewNetwork) == 0)
            {
                result = Native.Socket(Native.AddressFamilyInet, type, 0);
            }

            error = Marshal.GetLastPInvokeError();
            _ = file >= 0 ? Native.Close(file) : 0;
        });
        thread.Start();
        thread.Join();
        return result >= 0 ? result : throw new LabException($"The network namespace {networkNamespace} cannot be entered (error {error}); take the lab down and up again.");
    }
}
