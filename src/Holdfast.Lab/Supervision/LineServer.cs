using System.Net.Sockets;

namespace Holdfast.Lab.Supervision;

/// <summary>Serves a unix socket whose clients send lines; each line may get a line back.</summary>
internal sealed class LineServer : IAsyncDisposable
{
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource end = new();
    private readonly Func<string, Task<string?>> answer;
    private readonly Task serving;

    internal LineServer(string path, Func<string, Task<string?>> answer)
    {
        this.answer = answer;
        File.Delete(path);      // a socket file of a supervisor that died
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(64);
        serving = Task.Run(Serve);
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Dispose();
        await serving;
        end.Dispose();
    }

    /// <summary>Sends one line and reads the answer.</summary>
    internal static async Task<string> Ask(string path, string line, TimeSpan limit, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(limit);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), over.Token);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(line + "\n"), over.Token);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(over.Token) ?? throw new IOException("closed without an answer");
    }

    private async Task Serve()
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptAsync(end.Token);
                _ = Task.Run(() => Serve(client));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(Socket client)
    {
        try
        {
            await using var stream = new NetworkStream(client, ownsSocket: true);
            using var reader = new StreamReader(stream);
            await using var writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };
            while (await reader.ReadLineAsync(end.Token) is { } line)
            {
                if (await answer(line) is { } reply)
                {
                    await writer.WriteLineAsync(reply.AsMemory(), end.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The client is gone, which is no news: what it last said stays in force.
        }
    }
}
