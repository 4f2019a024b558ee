using System.Net.Sockets;
using System.Text;

namespace Holdfast.Lab.Supervision;

/// <summary>A machine's serial console, for as long as a fault needs it: QEMU serves one client at a time.</summary>
internal sealed class GuestConsole : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly string machine;
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource limit = new(Limit);

    internal GuestConsole(string machine, string path)
    {
        this.machine = machine;
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException e)
        {
            throw new LabException($"The console of {machine} cannot be reached at {path}: {e.Message}.", e);
        }
    }

    internal async Task Enter(string line) => await socket.SendAsync(Encoding.ASCII.GetBytes(line + "\n"), limit.Token);

    /// <summary>Reads until the guest has said this.</summary>
    internal async Task Says(string text)
    {
        var said = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            while (!said.ToString().Contains(text, StringComparison.Ordinal))
            {
                var count = await socket.ReceiveAsync(buffer, limit.Token);
                if (count == 0)
                {
                    throw new LabException($"{machine} ended before its console said '{text}'.");
                }

                said.Append(Encoding.ASCII.GetString(buffer, 0, count));
            }
        }
        catch (OperationCanceledException e)
        {
            throw new LabException(
                said.Length == 0
                    ? $"The console of {machine} says nothing; somebody else may be at it, or the guest hangs."
                    : $"The console of {machine} has not said '{text}' within {Limit.TotalSeconds:0} s.", e);
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        limit.Dispose();
    }
}
