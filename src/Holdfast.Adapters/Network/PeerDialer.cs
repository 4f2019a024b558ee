using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Holdfast.Adapters.Linux;

namespace Holdfast.Adapters.Network;

/// <summary>
/// Connects to a peer over the first network that answers: the preferred one has a head start, the others follow a little later each (RFC 8305),
/// so that a dead network costs a tenth of a second and not a timeout.
/// </summary>
internal sealed class PeerDialer(NetworkMap map, HostAddresses host, ClusterKey key, int port)
{
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(80);

    private readonly ImmutableArray<(string Network, IPAddress From, IPAddress To)> paths =
        [.. map.Networks.Where(n => host.Addresses.ContainsKey(n.Name)).Select(n => (n.Name, n.Address, host.Addresses[n.Name]))];

    /// <summary>Over this network or not at all.</summary>
    public Task<PeerConnection> ConnectAsync(string network, CancellationToken limit)
    {
        var path = paths.FirstOrDefault(p => p.Network == network);
        return path.Network is null ? throw new IOException($"{host.Name} has no address on network {network}") : ConnectAsync(path.From, path.To, TimeSpan.Zero, limit);
    }

    public async Task<PeerConnection> ConnectAsync(CancellationToken limit)
    {
        using var others = CancellationTokenSource.CreateLinkedTokenSource(limit);
        var attempts = paths.Select((p, n) => ConnectAsync(p.From, p.To, HeadStart * n, others.Token)).ToList();
        Exception? last = null;
        while (attempts.Count > 0)
        {
            var ended = await Task.WhenAny(attempts);
            attempts.Remove(ended);
            if (ended.IsCompletedSuccessfully)
            {
                await others.CancelAsync();
                _ = Task.WhenAll(attempts.Select(DiscardAsync));
                return await ended;
            }

            last = ended.Exception?.InnerException ?? last;
        }

        limit.ThrowIfCancellationRequested();
        throw new IOException($"{host.Name} refuses connections: {last?.Message ?? "no common network"}");
    }

    private static async Task DiscardAsync(Task<PeerConnection> attempt)
    {
        try
        {
            (await attempt).Dispose();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // It lost the race, as it should.
        }
    }

    private async Task<PeerConnection> ConnectAsync(IPAddress from, IPAddress to, TimeSpan wait, CancellationToken limit)
    {
        await Task.Delay(wait, limit);
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // From our address on that network: the packets then leave on its link also when another has a route there.
            LinuxSocket.BindEvenWithoutAddress(socket);
            socket.Bind(new IPEndPoint(from, 0));
            LinuxSocket.QuickAndWatched(socket);
            await socket.ConnectAsync(new IPEndPoint(to, port), limit);
            var stream = new NetworkStream(socket, ownsSocket: true);
            return await PeerWire.MeetAsync(stream, key, map.Slot, caller: true, limit) is { } met && met.Slot == host.Slot
                ? new PeerConnection(stream, met.Wire)
                : throw new IOException($"{to} is not the agent of {host.Name}");
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
