using System.Diagnostics;
using System.Threading.Channels;

namespace Holdfast.Adapters.Network;

/// <summary>What waits to be sent to one peer, in order, each with its own limit from the moment it was given.</summary>
internal sealed class PeerLine
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>A connection that has not answered for this long is given up, and the message goes over a new one.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(350);

    private readonly HostAddresses host;
    private readonly PeerDialer dialer;
    private readonly CancellationToken closing;
    private readonly Channel<Parcel> parcels = Channel.CreateBounded<Parcel>(new BoundedChannelOptions(256) { SingleReader = true });
    private PeerConnection? connection;

    public PeerLine(NetworkMap map, HostAddresses host, ClusterKey key, int port, CancellationToken closing)
    {
        (this.host, this.closing) = (host, closing);
        dialer = new PeerDialer(map, host, key, port);
        _ = RunAsync();
    }

    public void Send(byte[] body, Action<string?> done)
    {
        if (!parcels.Writer.TryWrite(new Parcel(body, done, Stopwatch.GetTimestamp())))
        {
            done($"Too many messages wait for {host.Name}; it does not take them.");
        }
    }

    /// <summary>Over a connection of its own, so that no message waits behind it.</summary>
    public async Task<(double? MiBPerSecond, string? Failure)> MeasureAsync(string network)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(closing);
            limit.CancelAfter(PathTest.Limit);
            using var own = await dialer.ConnectAsync(network, limit.Token);
            return (await PathTest.RunAsync(own, limit.Token), null);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return (null, e is OperationCanceledException ? $"nothing was acknowledged within {PathTest.Limit.TotalSeconds:0} s" : e.Message);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var parcel in parcels.Reader.ReadAllAsync(closing))
            {
                parcel.Done(await DeliverAsync(parcel));
            }
        }
        catch (OperationCanceledException)
        {
            // The agent ends.
        }
        finally
        {
            connection?.Dispose();
            parcels.Writer.TryComplete();
            while (parcels.Reader.TryRead(out var left))
            {
                left.Done("This agent is ending.");
            }
        }
    }

    private async Task<string?> DeliverAsync(Parcel parcel)
    {
        var why = "";
        while (Limit - Stopwatch.GetElapsedTime(parcel.Since) is var left && left > TimeSpan.Zero && !closing.IsCancellationRequested)
        {
            try
            {
                using var attempt = CancellationTokenSource.CreateLinkedTokenSource(closing);
                attempt.CancelAfter(left);
                connection = connection is { Alive: true } ? connection : await dialer.ConnectAsync(attempt.Token);
                attempt.CancelAfter(left < Patience ? left : Patience);
                await connection.SendAsync(parcel.Body, attempt.Token);
                return null;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                why = e is OperationCanceledException ? "no answer" : e.Message;
                connection?.Dispose();
                connection = null;

                // A refused connection fails at once; without a pause this would spin until the limit.
                await Task.Delay(10, CancellationToken.None);
            }
        }

        return $"The agent on {host.Name} did not take the message within {Limit.TotalSeconds:0} s over any network ({why}).";
    }

    private sealed record Parcel(byte[] Body, Action<string?> Done, long Since);
}
