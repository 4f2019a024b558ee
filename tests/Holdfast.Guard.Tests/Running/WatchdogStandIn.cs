using System.Collections.Concurrent;
using System.Net.Sockets;
using Holdfast.Guard.Linux;

namespace Holdfast.Guard.Tests.Running;

/// <summary>The lab's watchdog protocol, which notes what it is told and when.</summary>
internal sealed class WatchdogStandIn : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

    public WatchdogStandIn(string path)
    {
        Path = path;
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen();
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string Path { get; }

    public ConcurrentQueue<(long At, string Line)> Lines { get; } = new();

    public IEnumerable<string> Words => Lines.Select(l => l.Line);

    /// <summary>Pettings between two moments of CLOCK_BOOTTIME.</summary>
    public int Pets(long from, long to) => Lines.Count(l => l.Line != "disarm" && l.At >= from && l.At < to);

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var connection = _listener.Accept();
                new Thread(() => Serve(connection)) { IsBackground = true }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private void Serve(Socket connection)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            using var reader = new StreamReader(stream);
            while (reader.ReadLine() is { } line)
            {
                Lines.Enqueue((Clocks.Read().Boot, line));
                if (line.StartsWith("arm", StringComparison.Ordinal))
                {
                    stream.Write("ok\n"u8);
                }
            }
        }
        catch (IOException)
        {
        }
    }
}
