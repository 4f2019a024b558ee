using System.Net.Sockets;

namespace Holdfast.Adapters.Network;

/// <summary>One open connection to a peer, used by one sender at a time. A reader of its own notices at once when the peer closes it.</summary>
internal sealed class PeerConnection : IDisposable
{
    private readonly NetworkStream stream;
    private readonly PeerWire wire;
    private readonly CancellationTokenSource closing = new();
    private volatile TaskCompletionSource? waiting;
    private volatile bool alive = true;
    private ulong counter;

    public PeerConnection(NetworkStream stream, PeerWire wire)
    {
        (this.stream, this.wire) = (stream, wire);
        _ = ReadAsync();
    }

    public bool Alive => alive;

    /// <summary>Returns when the peer's agent has taken the message; throws when the connection broke or the limit has passed.</summary>
    /// <param name="ballast">So many bytes without meaning follow (<see cref="PathTest"/>).</param>
    public async Task SendAsync(byte[] body, CancellationToken limit, int ballast = 0)
    {
        var ack = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        counter++;
        waiting = ack;
        if (!alive)
        {
            throw new IOException("the connection has ended");
        }

        await wire.WriteFrameAsync(counter, body, limit);
        await PathTest.SendAsync(stream, ballast, limit);
        await ack.Task.WaitAsync(limit);
    }

    public void Dispose()
    {
        alive = false;
        closing.Cancel();
        stream.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await wire.ReadAckAsync(closing.Token) is { } ack)
            {
                if (ack.Counter == counter)
                {
                    waiting?.TrySetResult();
                }
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed by either side.
        }

        alive = false;
        waiting?.TrySetException(new IOException("the connection has ended"));
        stream.Dispose();
    }
}
