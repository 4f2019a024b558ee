using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Holdfast.Guard.Linux;

/// <summary>
/// One short conversation with a QEMU over the QMP socket that is the guard's alone (QEMU serves one client a socket at a time). A QEMU
/// that is stopped or busy gives no answer; the limit ends the wait, in a thread that nothing else depends on.
/// </summary>
internal sealed class QmpCall : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private readonly long _end = Environment.TickCount64 + (long)Limit.TotalMilliseconds;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<byte> _rest = [];

    private QmpCall(string path)
    {
        _socket.SendTimeout = (int)Limit.TotalMilliseconds;
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        Line();
        Ask("qmp_capabilities").Dispose();
    }

    /// <summary>True when the guest ran and a stop has left for QEMU, whether it was answered or not.</summary>
    public static bool Pause(string path)
    {
        var sent = false;
        try
        {
            using var call = new QmpCall(path);
            if (call.Status() == "running")
            {
                sent = true;
                call.Ask("stop").Dispose();
            }
        }
        catch (Exception e) when (IsExpected(e))
        {
        }

        return sent;
    }

    /// <summary>True when the guest runs again or is in a state that is not the guard's to end; false: try again.</summary>
    public static bool Resume(string path)
    {
        try
        {
            using var call = new QmpCall(path);
            // Safety: only a plain pause. A source after its migration (postmigrate) must not run again; its state is the agent's.
            if (call.Status() == "paused")
            {
                call.Ask("cont").Dispose();
            }

            return true;
        }
        catch (Exception e) when (IsExpected(e))
        {
            return false;
        }
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsExpected(Exception e) => e is SocketException or JsonException or TimeoutException or KeyNotFoundException or InvalidOperationException or ArgumentException;

    private string? Status()
    {
        using var answer = Ask("query-status");
        return answer.RootElement.GetProperty("return").GetProperty("status").GetString();
    }

    private JsonDocument Ask(string command)
    {
        _socket.Send(Encoding.ASCII.GetBytes($$"""{"execute":"{{command}}"}""" + "\n"));
        while (true)
        {
            var answer = JsonDocument.Parse(Line());
            if (answer.RootElement.TryGetProperty("return", out _))
            {
                return answer;
            }

            var failed = answer.RootElement.TryGetProperty("error", out _);
            answer.Dispose();
            if (failed)
            {
                throw new InvalidOperationException($"QEMU refused '{command}'.");
            }
        }
    }

    private byte[] Line()
    {
        var buffer = new byte[4096];
        while (true)
        {
            var end = _rest.IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = _rest.GetRange(0, end).ToArray();
                _rest.RemoveRange(0, end + 1);
                return line;
            }

            var left = _end - Environment.TickCount64;
            if (left <= 0 || _rest.Count > 1 << 20)
            {
                throw new TimeoutException();
            }

            _socket.ReceiveTimeout = (int)left;
            var got = _socket.Receive(buffer);
            if (got == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            _rest.AddRange(buffer.AsSpan(0, got));
        }
    }
}
