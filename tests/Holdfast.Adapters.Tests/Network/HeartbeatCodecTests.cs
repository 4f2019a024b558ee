using System.Collections.Immutable;
using Holdfast.Adapters.Network;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Network;

public sealed class HeartbeatCodecTests
{
    private static readonly Heartbeat Sample = Beats.Of(63, Guid.NewGuid(), "cluster", 77) with
    {
        Flags = HeartbeatFlags.NoQuorum | HeartbeatFlags.Leaving,
        Echo = new HeartbeatEcho(76, TimeSpan.FromMicroseconds(1234), 0.25, TimeSpan.FromMicroseconds(56)) { Hole = 1500 },
        ProbeBytes = 9000,
        Unplugged = ["storage"],
        Load = new HostLoad(64, 80.125, 262_144, 100_000) { Pressure = new(31.25, 0, 100), Settling = true },
    };

    [Fact]
    public void A_heartbeat_comes_back_as_it_was_written()
    {
        Assert.Equal(Beats.Text(Sample), Beats.Text(Read(Written(Sample))!.Value.Heartbeat));
        var without = Sample with { Echo = null };
        Assert.Equal(Beats.Text(without), Beats.Text(Read(Written(without))!.Value.Heartbeat));
        var quiet = Sample with { Load = Sample.Load! with { Pressure = null, Settling = false } };
        Assert.Equal(Beats.Text(quiet), Beats.Text(Read(Written(quiet))!.Value.Heartbeat));
        var unmeasured = Sample with { Load = null };
        Assert.Equal(Beats.Text(unmeasured), Beats.Text(Read(Written(unmeasured))!.Value.Heartbeat));
        Assert.Equal(5, Read(Written(Sample))!.Value.ToSlot);
    }

    [Fact]
    public void Nothing_of_its_body_can_be_read_on_the_way_and_no_two_packets_are_the_same()
    {
        var codec = new HeartbeatCodec(Loopback.Key());
        var (one, two) = (Written(Sample, codec), Written(Sample, codec));
        Assert.Equal(-1, one.AsSpan().IndexOf("cluster"u8));
        Assert.False(one.AsSpan(40).SequenceEqual(two.AsSpan(40)));
    }

    [Fact]
    public void The_largest_one_fits_one_packet_of_any_network()
    {
        var names = Enumerable.Range(0, ClusterNetwork.MaxCount).Select(n => new string((char)('a' + n), ClusterNetwork.MaxNameBytes)).ToList();
        var largest = Sample with { Network = names[3], Heard = names.ToImmutableSortedDictionary(n => n, _ => ulong.MaxValue, StringComparer.Ordinal), Unplugged = [.. names] };
        var packet = Written(largest);
        Assert.Equal(HeartbeatCodec.MaxLength, packet.Length);
        Assert.True(packet.Length <= 1232, $"{packet.Length} bytes");
        Assert.Equal(Beats.Text(largest), Beats.Text(Read(packet)!.Value.Heartbeat));
    }

    [Fact]
    public void Any_flipped_bit_makes_it_no_heartbeat()
    {
        var packet = Written(Sample);
        for (var bit = 0; bit < packet.Length * 8; bit++)
        {
            var flipped = packet.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(Read(flipped));
        }
    }

    [Fact]
    public void A_packet_cut_short_or_made_longer_is_no_heartbeat()
    {
        var packet = Written(Sample);
        for (var length = 0; length < packet.Length; length++)
        {
            Assert.Null(Read(packet.AsSpan(0, length).ToArray()));
        }

        Assert.Null(Read([.. packet, 0]));
    }

    [Fact]
    public void Another_secret_or_another_cluster_is_not_heard()
    {
        var packet = Written(Sample);
        Assert.Null(Read(packet, Loopback.Key("other")));
        Assert.Null(Read(packet, new ClusterKey(Guid.NewGuid(), Loopback.Secret("secret"))));
    }

    [Fact]
    public void While_secrets_are_changed_old_and_new_are_both_heard()
    {
        ClusterKey first = new(Loopback.Cluster, Loopback.Secret("old"), Loopback.Secret("new")), second = new(Loopback.Cluster, Loopback.Secret("new"), Loopback.Secret("old"));
        Assert.NotNull(Read(Written(Sample, new HeartbeatCodec(first)), second));
        Assert.NotNull(Read(Written(Sample, new HeartbeatCodec(second)), first));
        Assert.NotNull(Read(Written(Sample, new HeartbeatCodec(first)), Loopback.Key("old")));
        Assert.Null(Read(Written(Sample, new HeartbeatCodec(second)), Loopback.Key("old")));
    }

    [Fact]
    public void A_reader_that_failed_on_strangers_still_hears_the_next_real_one()
    {
        var reader = new HeartbeatCodec(Loopback.Key());
        Assert.NotNull(reader.Read(Written(Sample)));
        Assert.Null(reader.Read(Written(Sample, new HeartbeatCodec(Loopback.Key("other")))));
        var damaged = Written(Sample);
        damaged[^1] ^= 1;
        Assert.Null(reader.Read(damaged));
        Assert.NotNull(reader.Read(Written(Sample)));
        Assert.NotNull(reader.Read(Written(Sample with { BootId = Guid.NewGuid() })));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_comes_in_it_is_a_heartbeat_or_none_and_never_an_exception(int seed)
    {
        var random = new Random(seed);
        var reader = new HeartbeatCodec(Loopback.Key());
        var good = Written(Sample);
        for (var n = 0; n < 20_000; n++)
        {
            var packet = n % 2 == 0 ? new byte[random.Next(0, 1500)] : good.ToArray();
            random.NextBytes(n % 2 == 0 ? packet : packet.AsSpan(random.Next(packet.Length)));
            Assert.True(reader.Read(packet) is null || packet.AsSpan().SequenceEqual(good));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_a_holder_of_the_secret_says_it_is_a_heartbeat_or_none_and_never_an_exception(int seed)
    {
        var random = new Random(seed);
        var reader = new HeartbeatCodec(Loopback.Key());
        var good = Written(Sample);
        var head = good.AsSpan(0, 40).ToArray();
        var cipher = Loopback.Key().Heartbeats(Loopback.Key().Id, Sample.Slot, Sample.BootId)!;
        var body = new byte[good.Length - 56];
        cipher.Decrypt(head.AsSpan(28), good.AsSpan(40, body.Length), good.AsSpan()[^16..], body, head);
        for (var n = 0; n < 20_000; n++)
        {
            var mutated = body[..random.Next(body.Length + 1)];
            for (var flips = random.Next(4); flips > 0 && mutated.Length > 0; flips--)
            {
                mutated[random.Next(mutated.Length)] = (byte)random.Next(256);
            }

            var packet = new byte[40 + mutated.Length + 16];
            head.CopyTo(packet, 0);
            cipher.Encrypt(head.AsSpan(28), mutated, packet.AsSpan(40, mutated.Length), packet.AsSpan()[^16..], head);
            if (reader.Read(packet) is { } read)
            {
                var beat = Assert.IsType<Heartbeat>(read.Said);
                Assert.Contains(beat.Network, beat.Heard.Keys);
            }
        }
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(9000)]
    [InlineData(65535)]
    public void A_probe_comes_back_as_it_was_written_and_is_as_long_as_it_says(int bytes)
    {
        var probe = new MtuProbe(3, Guid.NewGuid(), "storage", TimeSpan.FromSeconds(7), bytes);
        var packet = new byte[bytes - 28];
        new HeartbeatCodec(Loopback.Key()).Write(probe, 5, packet);
        Assert.Equal((probe, 5), new HeartbeatCodec(Loopback.Key()).Read(packet));
        packet[^20] ^= 1;
        Assert.Null(new HeartbeatCodec(Loopback.Key()).Read(packet));
        Assert.Null(new HeartbeatCodec(Loopback.Key()).Read(packet.AsSpan(0, 600)));
    }

    [Fact]
    public void Replays_and_retired_boots_do_not_pass()
    {
        var filter = new ReplayFilter();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.True(IsNew("cluster", first, 10));
        Assert.False(IsNew("cluster", first, 10));
        Assert.False(IsNew("cluster", first, 9));
        Assert.True(IsNew("storage", first, 9));
        Assert.True(IsNew("cluster", first, 11));
        Assert.True(IsNew("cluster", second, 1));
        Assert.False(IsNew("cluster", first, 12));
        Assert.True(IsNew("cluster", second, 2));

        bool IsNew(string network, Guid boot, int seconds) => filter.IsNew(network, 1, boot, TimeSpan.FromSeconds(seconds));
    }

    private static (Heartbeat Heartbeat, int ToSlot)? Read(byte[] packet, ClusterKey? key = null) =>
        new HeartbeatCodec(key ?? Loopback.Key()).Read(packet) is (Heartbeat beat, var to) ? (beat, to) : null;

    private static byte[] Written(Heartbeat heartbeat, HeartbeatCodec? codec = null)
    {
        var buffer = new byte[HeartbeatCodec.MaxLength];
        return buffer[..(codec ?? new HeartbeatCodec(Loopback.Key())).Write(heartbeat, 5, buffer)];
    }
}
