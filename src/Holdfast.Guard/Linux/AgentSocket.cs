using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Holdfast.Core.Guarding;

namespace Holdfast.Guard.Linux;

/// <summary>The guard's door for its agent. The newest connection is the agent; an older one is closed.</summary>
internal sealed class AgentSocket
{
    private const int LongestLine = 1 << 20;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<GuardOrder, GuardAnswer?> _obey;
    private volatile Socket? _agent;

    public AgentSocket(string path, Func<GuardOrder, GuardAnswer?> obey)
    {
        _obey = obey;
        File.Delete(path);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _listener.Listen(8);
    }

    public void Start() => RealTime.Start("door", Accept, priority: 5);

    /// <summary>To the agent, if there is one. One that does not read for a moment loses its connection and comes again.</summary>
    public void Send(GuardMessage message)
    {
        if (_agent is { } agent)
        {
            Send(agent, message);
        }
    }

    private static void Send(Socket connection, GuardMessage message)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(message, GuardCodec.Default.GuardMessage);
        var line = new byte[text.Length + 1];
        text.CopyTo(line, 0);
        line[^1] = (byte)'\n';
        try
        {
            lock (connection)
            {
                for (var sent = 0; sent < line.Length;)
                {
                    sent += connection.Send(line.AsSpan(sent));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            Drop(connection);
        }
    }

    private static void Drop(Socket connection)
    {
        try
        {
            connection.Shutdown(SocketShutdown.Both);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Accept()
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = _listener.Accept();
            }
            catch (SocketException)
            {
                // Out of descriptors, most likely; the agent tries again.
                Thread.Sleep(50);
                continue;
            }

            connection.SendTimeout = 100;
            if (Interlocked.Exchange(ref _agent, connection) is { } older)
            {
                Drop(older);
            }

            RealTime.Start("agent", () => Serve(connection), priority: 5);
        }
    }

    private void Serve(Socket connection)
    {
        var buffer = new byte[8192];
        var length = 0;
        try
        {
            while (connection.Receive(buffer.AsSpan(length)) is > 0 and var got)
            {
                length += got;
                var done = 0;
                while (buffer.AsSpan(done, length - done).IndexOf((byte)'\n') is >= 0 and var end)
                {
                    Obey(connection, buffer.AsSpan(done, end));
                    done += end + 1;
                }

                buffer.AsSpan(done, length - done).CopyTo(buffer);
                length -= done;
                if (length == buffer.Length)
                {
                    if (length >= LongestLine)
                    {
                        break;
                    }

                    Array.Resize(ref buffer, length * 2);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }

        Interlocked.CompareExchange(ref _agent, null, connection);
        connection.Dispose();
    }

    private void Obey(Socket connection, ReadOnlySpan<byte> line)
    {
        GuardAnswer? answer;
        try
        {
            var order = JsonSerializer.Deserialize(line, GuardCodec.Default.GuardOrder);
            answer = order is null ? new(0, "An order is one JSON object a line.") : _obey(order);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            answer = new(0, $"The guard cannot read this order; run an agent and a guard of the same version. {Encoding.UTF8.GetString(line[..Math.Min(200, line.Length)])}");
        }

        if (answer is not null)
        {
            Send(connection, answer);
        }
    }
}
