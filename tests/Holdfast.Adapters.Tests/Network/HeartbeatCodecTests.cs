using Holdfast.Adapters.Network;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;

namespace Holdfast.Adapters.Tests.Network;

public sealed class HeartbeatCodecTests
{
    private static readonly Heartbeat Sample = new(63, Guid.NewGuid(), "cluster", 77, 0x8000_0000_0000_0001, HeartbeatFlags.NoQuorum | HeartbeatFlags.Leaving);

    [Fact]
    public void A_heartbeat_comes_back_as_it_was_written()
    {
        var packet = Written();
        var read = HeartbeatCodec.Read(packet, Loopback.Key());
        Assert.Equal((Sample, 12345L), read);
    }

    [Fact]
    public void Any_flipped_bit_makes_it_no_heartbeat()
    {
        var packet = Written();
        for (var bit = 0; bit < packet.Length * 8; bit++)
        {
            var flipped = packet.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(HeartbeatCodec.Read(flipped, Loopback.Key()));
        }
    }

    [Fact]
    public void A_packet_cut_short_or_made_longer_is_no_heartbeat()
    {
        var packet = Written();
        for (var length = 0; length < packet.Length; length++)
        {
            Assert.Null(HeartbeatCodec.Read(packet.AsSpan(0, length), Loopback.Key()));
        }

        Assert.Null(HeartbeatCodec.Read([.. packet, 0], Loopback.Key()));
    }

    [Fact]
    public void Another_secret_or_another_cluster_is_not_heard()
    {
        var packet = Written();
        Assert.Null(HeartbeatCodec.Read(packet, Loopback.Key("other")));
        Assert.Null(HeartbeatCodec.Read(packet, new ClusterKey(Guid.NewGuid(), "secret"u8.ToArray())));
    }

    [Fact]
    public void Replays_and_retired_boots_do_not_pass()
    {
        var filter = new ReplayFilter();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.True(filter.IsNew("cluster", 1, first, 10));
        Assert.False(filter.IsNew("cluster", 1, first, 10));
        Assert.False(filter.IsNew("cluster", 1, first, 9));
        Assert.True(filter.IsNew("storage", 1, first, 9));
        Assert.True(filter.IsNew("cluster", 1, first, 11));
        Assert.True(filter.IsNew("cluster", 1, second, 1));
        Assert.False(filter.IsNew("cluster", 1, first, 12));
        Assert.True(filter.IsNew("cluster", 1, second, 2));
    }

    private static byte[] Written()
    {
        var buffer = new byte[HeartbeatCodec.MaxLength];
        var length = HeartbeatCodec.Write(Sample, 12345, Loopback.Key(), buffer);
        return buffer[..length];
    }
}
