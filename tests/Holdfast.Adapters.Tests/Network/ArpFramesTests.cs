using Holdfast.Adapters.Network;

namespace Holdfast.Adapters.Tests.Network;

public sealed class ArpFramesTests
{
    // As tcpdump showed it: who has 10.1.2.4, tell 10.1.2.3, from 52:54:00:aa:bb:cc.
    private static readonly byte[] Request = Convert.FromHexString(
        "ffffffffffff" + "525400aabbcc" + "0806" + "0001" + "0800" + "06" + "04" + "0001" + "525400aabbcc" + "0a010203" + "000000000000" + "0a010204");

    [Fact]
    public void A_frame_reads_and_writes_as_on_the_wire()
    {
        var frame = new ArpFrame(false, "52:54:00:aa:bb:cc", "10.1.2.3", "00:00:00:00:00:00", "10.1.2.4");
        Assert.Equal(frame, ArpFrames.Decode(Request));
        Assert.Equal(Request, ArpFrames.Encode(frame));
        Assert.Equal(frame, ArpFrames.Decode([.. Request, .. new byte[18]]));
        var reply = new ArpFrame(true, "02:00:00:00:00:01", "10.1.2.4", "52:54:00:aa:bb:cc", "10.1.2.3");
        Assert.Equal(reply, ArpFrames.Decode(ArpFrames.Encode(reply)));
    }

    [Fact]
    public void An_announcement_claims_its_address_and_a_probe_claims_none()
    {
        Assert.Equal(("10.1.2.3", "10.1.2.3", true), ArpFrame.Announcement("52:54:00:aa:bb:cc", "10.1.2.3") is var told ? (told.SenderIp, told.TargetIp, told.IsClaim) : default);
        Assert.Equal(("0.0.0.0", "10.1.2.3", false), ArpFrame.Probe("52:54:00:aa:bb:cc", "10.1.2.3") is var asked ? (asked.SenderIp, asked.TargetIp, asked.IsClaim) : default);
    }

    [Fact]
    public void What_is_torn_or_of_another_kind_is_no_frame()
    {
        for (var length = 0; length < Request.Length; length++)
        {
            Assert.Null(ArpFrames.Decode(Request.AsSpan(0, length)));
        }

        // Ethertype, hardware, protocol, lengths and operation, each wrong once.
        foreach (var at in (int[])[12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
        {
            var wrong = Request.ToArray();
            wrong[at] ^= 0x40;
            Assert.Null(ArpFrames.Decode(wrong));
        }
    }

    [Fact]
    public void Whatever_comes_in_is_read_or_left_and_what_is_read_is_written_back_alike()
    {
        var random = new Random(5227);
        var read = 0;
        for (var n = 0; n < 100_000; n++)
        {
            // Half of them damaged in a few places, half of them noise.
            var bytes = n % 2 == 0 ? Request.ToArray() : new byte[random.Next(80)];
            if (n % 2 == 0)
            {
                for (var damage = random.Next(4); damage > 0; damage--)
                {
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                }
            }
            else
            {
                random.NextBytes(bytes);
            }

            if (ArpFrames.Decode(bytes) is { } frame)
            {
                read++;
                Assert.Equal(frame, ArpFrames.Decode(ArpFrames.Encode(frame)));
            }
        }

        Assert.InRange(read, 20_000, 50_000);
    }
}
