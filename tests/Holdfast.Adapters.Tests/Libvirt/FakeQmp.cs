using System.Net.Sockets;
using System.Text;
using Holdfast.Adapters.Libvirt.Qmp;

namespace Holdfast.Adapters.Tests.Libvirt;

/// <summary>The server's end of a QMP socket: it sends what the test says and hands over the commands it gets.</summary>
internal sealed class FakeQmp : IDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("hf-qmp-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private NetworkStream? _stream;
    private StreamReader? _reader;

    internal FakeQmp()
    {
        Path = System.IO.Path.Combine(_directory.FullName, "qmp.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(1);
    }

    internal string Path { get; }

    /// <summary>Accepts, greets, and answers the negotiation of the client that connects.</summary>
    internal async Task<QmpClient> ConnectAsync(Action<QmpEvent>? onEvent = null)
    {
        var client = QmpClient.ConnectAsync(Path, Limit, onEvent);
        _stream = new NetworkStream(await _listener.AcceptAsync().WaitAsync(Limit), ownsSocket: true);
        _reader = new StreamReader(_stream);
        Send("""{"QMP":{"version":{"qemu":{"micro":0,"minor":2,"major":7}},"capabilities":["oob"]}}""");
        Assert.Equal("""{"execute":"qmp_capabilities","arguments":{"enable":["oob"]},"id":1}""", await NextCommandAsync());
        Send("""{"return":{},"id":1}""");
        return await client;
    }

    internal void Send(params ReadOnlySpan<string> lines) => _stream!.Write(Encoding.UTF8.GetBytes(string.Join("\r\n", lines) + "\r\n"));

    internal void SendRaw(string bytes) => _stream!.Write(Encoding.UTF8.GetBytes(bytes));

    internal async Task<string?> NextCommandAsync() => await _reader!.ReadLineAsync().WaitAsync(Limit);

    internal void HangUp() => _stream!.Dispose();

    public void Dispose()
    {
        _stream?.Dispose();
        _listener.Dispose();
        _directory.Delete(recursive: true);
    }
}
