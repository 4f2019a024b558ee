using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Holdfast.Adapters.Network;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Tests.Network;

public sealed class HeartbeatPortTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public void A_heartbeat_arrives_on_its_network_and_a_copy_of_its_packet_does_not()
    {
        var port = Loopback.FreePort();
        using var one = new HeartbeatPort(Loopback.Map(0), Loopback.Key(), port);
        using var two = new HeartbeatPort(Loopback.Map(1), Loopback.Key(), port);
        var heard = new BlockingCollection<Heartbeat>();
        two.Heard = (heartbeat, _) => heard.Add(heartbeat);
        two.Start();
        var boot = Guid.NewGuid();

        var (first, second) = (Beats.Of(0, boot, "cluster", 1), Beats.Of(0, boot, "storage", 2));
        one.Send(1, first);
        one.Send(1, second);
        Assert.Equivalent(new[] { Beats.Text(first), Beats.Text(second) }, new[] { Beats.Text(Take(heard)), Beats.Text(Take(heard)) });

        // A packet of the cluster network that turns up on the storage network, one for another host, and one that is not ours at all.
        var packet = new byte[HeartbeatCodec.MaxLength];
        var codec = new HeartbeatCodec(Loopback.Key());
        var length = codec.Write(Beats.Of(0, boot, "cluster", 3), 1, packet);
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        var storage = new IPEndPoint(IPAddress.Parse("127.81.3.2"), port);
        stranger.SendTo(packet.AsSpan(0, length), SocketFlags.None, storage);
        stranger.SendTo("hello"u8, SocketFlags.None, storage);
        length = codec.Write(Beats.Of(0, boot, "storage", 3), 2, packet);
        stranger.SendTo(packet.AsSpan(0, length), SocketFlags.None, storage);
        one.Send(1, Beats.Of(0, boot, "storage", 4));
        Assert.Equal(4ul, Take(heard).Sequence);
        Assert.Equal(3, two.Dropped);
    }

    [Fact]
    public void A_probe_arrives_once_in_its_full_size_and_not_as_a_heartbeat()
    {
        var port = Loopback.FreePort();
        using var one = new HeartbeatPort(Loopback.Map(0), Loopback.Key(), port);
        using var two = new HeartbeatPort(Loopback.Map(1), Loopback.Key(), port);
        var (heard, probed) = (new BlockingCollection<Heartbeat>(), new BlockingCollection<MtuProbe>());
        two.Heard = (heartbeat, _) => heard.Add(heartbeat);
        two.Probed = probed.Add;
        two.Start();
        var boot = Guid.NewGuid();
        var probe = new MtuProbe(0, boot, "cluster", TimeSpan.FromSeconds(1), 9000);
        one.Probe(1, probe);
        one.Probe(1, probe);
        one.Send(1, Beats.Of(0, boot, "cluster", 1));
        Assert.Equal(1ul, Take(heard).Sequence);
        Assert.True(probed.TryTake(out var seen, Limit));
        Assert.Equal(probe, seen);
        Assert.Empty(probed);
        Assert.Equal(1, two.Dropped);
    }

    [Fact]
    public void Sending_to_nobody_is_counted_and_does_not_throw()
    {
        using var one = new HeartbeatPort(Loopback.Map(0), Loopback.Key(), Loopback.FreePort());
        one.Send(5, Beats.Of(0, Guid.NewGuid(), "cluster", 1));
        one.Send(1, Beats.Of(0, Guid.NewGuid(), "moon", 1));
        Assert.Equal(2, one.Unsent);
    }

    private static Heartbeat Take(BlockingCollection<Heartbeat> heard) =>
        heard.TryTake(out var heartbeat, Limit) ? heartbeat : throw new TimeoutException("no heartbeat within 5 s");
}
