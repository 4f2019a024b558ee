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
    private readonly ReplayFilter probeReplays = new();
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

    public Action<MtuProbe>? Probed { get; set; }

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
        Span<byte> packet = stackalloc byte[HeartbeatCodec.MaxLength];
        try
        {
            Send(heartbeat.Network, toSlot, packet[..sending.Write(heartbeat, toSlot, packet)]);
        }
        catch (ArgumentException)
        {
            Interlocked.Increment(ref unsent);
        }
    }

    /// <summary>Called by the same thread as <see cref="Send(int, Heartbeat)"/>.</summary>
    public void Probe(int toSlot, MtuProbe probe)
    {
        if (targets.TryGetValue((probe.Network, toSlot), out var target))
        {
            var packet = new byte[Math.Min(probe.Bytes, MtuProbe.MostBytes) - Headers(target.AddressFamily)];
            sending.Write(probe, toSlot, packet);
            Send(probe.Network, toSlot, packet);
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

    /// <summary>Of IP without options and of UDP.</summary>
    private static int Headers(AddressFamily family) => (family == AddressFamily.InterNetwork ? 20 : 40) + 8;

    private void Send(string network, int toSlot, ReadOnlySpan<byte> packet)
    {
        try
        {
            if (sockets.TryGetValue(network, out var socket) && targets.TryGetValue((network, toSlot), out var target))
            {
                socket.SendTo(packet, SocketFlags.None, target);
                return;
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The link is down, or takes no packet of this size.
        }

        Interlocked.Increment(ref unsent);
    }

    private static Socket Open(LocalNetwork network, int port)
    {
        var socket = new Socket(network.Address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            LinuxSocket.BindEvenWithoutAddress(socket);
            socket.SendBufferSize = 1 << 18;
            socket.Blocking = true;
            LinuxSocket.NeverFragment(socket);

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
        var buffer = new byte[MtuProbe.MostBytes];
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
        switch (codec.Read(packet))
        {
            case (Heartbeat beat, var to) when IsForUs(network, to, beat.Network, beat.Slot) && replays.IsNew(network, beat.Slot, beat.BootId, beat.Uptime):
                Heard?.Invoke(beat, at);
                break;
            case (MtuProbe probe, var to) when probe.Bytes == packet.Length + Headers(sockets[network].AddressFamily)
                && IsForUs(network, to, probe.Network, probe.Slot) && probeReplays.IsNew(network, probe.Slot, probe.BootId, probe.Uptime):
                Probed?.Invoke(probe);
                break;
            default:
                Interlocked.Increment(ref dropped);
                break;
        }
    }

    /// <summary>A packet that says another network than the one that it came on proves nothing about either.</summary>
    private bool IsForUs(string network, int to, string said, int from) => to == map.Slot && said == network && from != map.Slot && map.Find(from) is not null;
}
