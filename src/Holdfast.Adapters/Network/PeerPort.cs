using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Agent;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Network;

/// <summary>
/// Messages between agents over connections of our own that stay open, because a hand-over waits for them: a warm message takes a fraction of
/// a millisecond. When the network in use dies, the same message goes over the next one; the receiver may so see it twice (its contract).
/// </summary>
public sealed class PeerPort : IPeerPort, IDisposable
{
    private readonly NetworkMap map;
    private readonly ClusterKey key;
    private readonly CancellationTokenSource closing = new();
    private readonly List<Socket> listeners = [];
    private readonly Dictionary<int, PeerLine> lines;
    private long refused;

    public PeerPort(NetworkMap map, ClusterKey key, int port)
    {
        (this.map, this.key) = (map, key);
        lines = map.Hosts.Where(h => h.Slot != map.Slot).ToDictionary(h => h.Slot, h => new PeerLine(map, h, key, port, closing.Token));
        try
        {
            foreach (var network in map.Networks)
            {
                listeners.Add(Open(network, port));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Action<PeerMessage>? Received { get; set; }

    /// <summary>Connections and messages that did not verify.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Begin to listen; <see cref="Received"/> is set by then.</summary>
    public void Start()
    {
        foreach (var listener in listeners)
        {
            _ = AcceptAsync(listener);
        }
    }

    public void Send(int toSlot, PeerMessage message, Action<string?> done)
    {
        if (!lines.TryGetValue(toSlot, out var line))
        {
            done($"No host has slot {toSlot}; the configuration names {string.Join(", ", map.Hosts.Select(h => $"{h.Name} ({h.Slot})"))}.");
            return;
        }

        line.Send(JsonSerializer.SerializeToUtf8Bytes(message, PeerCodec.Default.PeerMessage), done);
    }

    public void Measure(int toSlot, string network, Action<double?, string?> done)
    {
        if (!lines.TryGetValue(toSlot, out var line))
        {
            done(null, $"no host has slot {toSlot}");
            return;
        }

        _ = Task.Run(async () =>
        {
            var (carries, failure) = await line.MeasureAsync(network);
            done(carries, failure);
        });
    }

    public void Dispose()
    {
        closing.Cancel();
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }
    }

    private static Socket Open(LocalNetwork network, int port)
    {
        var socket = new Socket(network.Address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            LinuxSocket.BindEvenWithoutAddress(socket);
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(network.Address, port));
            socket.Listen(64);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new InvalidOperationException($"Cannot listen for peers on {network.Address}:{port} (network '{network.Name}'): {e.Message}. Is another holdfastd running?", e);
        }
    }

    private async Task AcceptAsync(Socket listener)
    {
        while (!closing.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await listener.AcceptAsync(closing.Token));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                if (closing.IsCancellationRequested)
                {
                    return;
                }

                await Task.Delay(20, CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        try
        {
            LinuxSocket.QuickAndWatched(socket);
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            using var greeting = CancellationTokenSource.CreateLinkedTokenSource(closing.Token);
            greeting.CancelAfter(TimeSpan.FromSeconds(2));
            if (await PeerWire.MeetAsync(stream, key, map.Slot, caller: false, greeting.Token) is not { } met || map.Find(met.Slot) is null)
            {
                Interlocked.Increment(ref refused);
                return;
            }

            for (ulong counter = 1; ; counter++)
            {
                if (await met.Wire.ReadFrameAsync(counter, closing.Token) is not { } body || !await TakenAsync(body, met.Slot, stream))
                {
                    Interlocked.Increment(ref refused);
                    return;
                }

                await met.Wire.WriteAckAsync(counter, 0, closing.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or EndOfStreamException or ObjectDisposedException)
        {
            // The peer went away; it connects again when it has something to say.
        }
    }

    private async Task<bool> TakenAsync(byte[] body, int from, NetworkStream stream)
    {
        if (PathTest.LengthOf(body) is { } ballast)
        {
            await PathTest.DropAsync(stream, ballast, closing.Token);
            return true;
        }

        if (Parsed(body) is not { } message || message.From != from)
        {
            return false;
        }

        Received?.Invoke(message);
        return true;
    }

    private static PeerMessage? Parsed(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, PeerCodec.Default.PeerMessage);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            return null;
        }
    }
}
