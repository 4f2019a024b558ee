using Holdfast.Adapters.Network;

namespace Holdfast.Adapters.Tests.Network;

public sealed class BridgeMessagesTests
{
    // nlmsghdr, ndmsg, NDA_LLADDR, NDA_MASTER, NDA_CACHEINFO: the kernel has learned 52:54:00:aa:bb:cc behind port 5 of bridge 3, and heard it 1.5 s ago.
    private static readonly byte[] Learned = Convert.FromHexString(
        "44000000" + "1c00" + "0000" + "00000000" + "00000000" + "07000000" + "05000000" + "0200" + "00" + "00" + "0a000200" + "525400aabbcc" + "0000" + "08000900" + "03000000"
        + "14000300" + "00000000" + "10000000" + "96000000" + "00000000");

    [Fact]
    public void A_learned_address_has_its_port_its_bridge_and_its_age() =>
        Assert.Equal([new BridgeEntry("52:54:00:aa:bb:cc", 5, 3, IsOwn: false, IsGone: false, TimeSpan.FromSeconds(1.5))], BridgeMessages.Read(Learned));

    [Fact]
    public void Several_messages_in_one_datagram_are_all_read_and_a_torn_one_is_skipped()
    {
        Assert.Equal(2, BridgeMessages.Read([.. Learned, .. Learned, .. Learned.AsSpan(0, 20)]).Count);
        for (var length = 0; length < Learned.Length; length++)
        {
            Assert.Empty(BridgeMessages.Read(Learned.AsSpan(0, length)));
        }
    }
}
