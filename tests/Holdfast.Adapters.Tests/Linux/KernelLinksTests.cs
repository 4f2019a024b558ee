using Holdfast.Adapters.Linux;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Tests.Linux;

public sealed class KernelLinksTests
{
    [Fact]
    public void The_loopback_has_a_carrier_and_an_MTU_and_no_bond()
    {
        var link = KernelLinks.Of("lo");
        Assert.True(link is { Carrier: true, Mtu: >= 1500, Bond: null }, $"{link}");
        Assert.Null(KernelLinks.Of("nosuchlink0"));
        Assert.Null(KernelLinks.Of("a-name-that-no-link-can-have"));
    }

    // As bond_procfs.c of Linux 6.1 writes it.
    [Theory]
    [InlineData("fault-tolerance (active-backup)", "active-backup")]
    [InlineData("IEEE 802.3ad Dynamic link aggregation", "IEEE 802.3ad Dynamic link aggregation")]
    public void A_bond_is_read_with_the_members_that_carry_it(string said, string mode) => Assert.Equal(new BondState(mode, 1, 2), KernelLinks.Bond($"""
        Ethernet Channel Bonding Driver: v6.1.0-18-amd64

        Bonding Mode: {said}
        Currently Active Slave: eth1
        MII Status: up
        MII Polling Interval (ms): 100

        Slave Interface: eth0
        MII Status: down
        Speed: Unknown
        Permanent HW addr: 52:54:00:00:00:01

        Slave Interface: eth1
        MII Status: up
        Speed: 10000 Mbps
        """));

    [Fact]
    public void Another_text_is_no_bond() => Assert.Null(KernelLinks.Bond("hello\nMII Status: up\n"));
}
