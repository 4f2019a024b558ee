using Holdfast.Adapters.Network;
using Holdfast.Fuzzing;

namespace Holdfast.Adapters.Tests.Network;

/// <summary>What anybody can send to an agent's ports is read or dropped, and nothing else happens.</summary>
public sealed class HeartbeatFuzzTests
{
    [Fact]
    public void A_heartbeat()
    {
        var packet = new byte[HeartbeatCodec.MaxLength];
        var length = new HeartbeatCodec(Loopback.Key()).Write(Beats.Of(3, Guid.NewGuid(), "cluster", 77), 5, packet);
        var reader = new HeartbeatCodec(Loopback.Key());
        Assert.NotNull(reader.Read(packet.AsSpan(0, length)));
        Fuzz.Run([packet[..length], packet], bytes => reader.Read(bytes));
    }

    [Fact]
    public void An_ARP_frame_and_what_the_kernel_says_of_bridges() => Fuzz.Run([new byte[60], [.. Enumerable.Range(0, 120).Select(n => (byte)n)]], bytes =>
    {
        ArpFrames.Decode(bytes);
        BridgeMessages.Read(bytes);
    });
}
