using System.Net;
using System.Net.Sockets;
using Holdfast.Adapters.Linux;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Network;

/// <summary>Heartbeats as encrypted UDP packets, one socket and one receiving thread a network, so that a full thread pool silences nobody.</summary>
public sealed class HeartbeatPort : IHeartbeatPort, IDisposable
{
    private readonly NetworkMap map;
    private readonly ClusterKey key;
    private readonly HeartbeatCodec sending;
    private readonly ReplayFilter replays = new();
    private readonly Dictionary<string, Socket> sockets = [];
    private readonly Dictionary<(string Network, int Slot), IPEndPoint> targets = [];
    private volatile bool closed;
    private long dropped;
    private long unsent;

    public HeartbeatPort(NetworkMap map, ClusterKey key, int port)
    {
        (this.map, this.key, sending) = (map, key, new HeartbeatCodec(key));
        try
        {
            foreach (var network in map.Networks)
            {
                sockets[network.Name] = Open(network, port);
                foreach (var host in map.Hosts.Where(h => h.Slot != map.Slot && h.Addresses.ContainsKey(network.Name)))
                {
                    targets[(network.Name, host.Slot)] = new IPEndPoint(host.Addresses[network.Name], port);
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Action<Heartbeat, Moment>? Heard { get; set; }

    /// <summary>Packets that were not ours, not authentic, replayed, meant for another host, or of another network than they say.</summary>
    public long Dropped => Interlocked.Read(ref dropped);

    /// <summary>Heartbeats that the kernel did not take (link down, no route).</summary>
    public long Unsent => Interlocked.Read(ref unsent);

    /// <summary>Begin to listen; <see cref="Heard"/> is set by then.</summary>
    public void Start()
    {
        foreach (var (network, socket) in sockets)
        {
            new Thread(() => Listen(network, socket)) { IsBackground = true, Name = $"heartbeat {network}" }.Start();
        }
    }

    /// <summary>Called by one thread at a time.</summary>
    public void Send(int toSlot, Heartbeat heartbeat)
    {
        if (!sockets.TryGetValue(heartbeat.Network, out var socket) || !targets.TryGetValue((heartbeat.Network, toSlot), out var target))
        {
            Interlocked.Increment(ref unsent);
            return;
        }

        try
        {
            Span<byte> packet = stackalloc byte[HeartbeatCodec.MaxLength];
            var length = sending.Write(heartbeat, toSlot, packet);
            socket.SendTo(packet[..length], SocketFlags.None, target);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or ArgumentException)
        {
            Interlocked.Increment(ref unsent);
        }
    }

    public void Dispose()
    {
        closed = true;
        foreach (var socket in sockets.Values)
        {
            socket.Dispose();
        }
    }

    private static Socket Open(LocalNetwork network, int port)
    {
        var socket = new Socket(network.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            LinuxSocket.BindEvenWithoutAddress(socket);
            socket.SendBufferSize = 1 << 18;
            socket.Blocking = true;
            if (socket.AddressFamily == AddressFamily.InterNetwork)
            {
                socket.DontFragment = true;
            }

            socket.Bind(new IPEndPoint(network.Address, port));
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new InvalidOperationException($"Cannot listen for heartbeats on {network.Address}:{port} (network '{network.Name}'): {e.Message}. Is another holdfastd running?", e);
        }
    }

    private void Listen(string network, Socket socket)
    {
        var buffer = new byte[2048];
        var codec = new HeartbeatCodec(key);
        EndPoint from = new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!closed)
        {
            try
            {
                var length = socket.ReceiveFrom(buffer, ref from);
                Take(network, codec, buffer.AsSpan(0, length), new Moment(BootTime.Nanoseconds / 100));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // A link that goes down may end one receive with an error; the socket stays good. The pause bounds a socket that only fails.
                if (!closed)
                {
                    Thread.Sleep(20);
                }
            }
        }
    }

    private void Take(string network, HeartbeatCodec codec, ReadOnlySpan<byte> packet, Moment at)
    {
        // A packet that says another network than the one that it came on proves nothing about either.
        if (codec.Read(packet) is not { } read
            || read.ToSlot != map.Slot
            || read.Heartbeat.Network != network
            || read.Heartbeat.Slot == map.Slot
            || map.Find(read.Heartbeat.Slot) is null
            || !replays.IsNew(network, read.Heartbeat.Slot, read.Heartbeat.BootId, read.Heartbeat.Uptime))
        {
            Interlocked.Increment(ref dropped);
            return;
        }

        Heard?.Invoke(read.Heartbeat, at);
    }
}
