using Holdfast.Adapters.Network;
using Holdfast.Core.Model;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Tests.Hosting;

public sealed class AddressAnnouncerTests
{
    private static readonly MachineDefinition Web = Snapshots.Definition("web") with { Mac = "52:54:00:AA:00:01", Addresses = ["10.1.2.3", "10.1.2.4"] };
    private readonly FakeArp arp = new();

    [Fact]
    public async Task Each_address_is_announced_at_once_and_again_while_the_machine_runs_here()
    {
        await new AddressAnnouncer(arp, _ => (Web, true)).AnnounceAsync(Web.Id);
        Assert.Equal(3, Announced("10.1.2.3"));
        Assert.Equal(3, Announced("10.1.2.4"));
        Assert.Equal(3, arp.Sent.Count(f => f == ArpFrame.Probe(FakeArp.OwnMac, "10.1.2.4")));
    }

    [Fact]
    public async Task A_machine_that_has_left_meanwhile_is_announced_no_more()
    {
        // At first the agent's own picture may still be of the moment before the start.
        await new AddressAnnouncer(arp, _ => (Web, false)).AnnounceAsync(Web.Id);
        Assert.Equal(1, Announced("10.1.2.3"));
        await new AddressAnnouncer(arp, _ => null).AnnounceAsync(Web.Id);
        Assert.Equal(1, Announced("10.1.2.3"));
    }

    private int Announced(string ip) => arp.Sent.Count(f => f == ArpFrame.Announcement("52:54:00:aa:00:01", ip));
}
