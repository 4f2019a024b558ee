using System.Diagnostics;
using Holdfast.Adapters.Network;
using Holdfast.Api;
using Holdfast.Daemon.Intents;
using Holdfast.Daemon.Tasks;
using Holdfast.Daemon.Tests.Hosting;

namespace Holdfast.Daemon.Tests.Intents;

public sealed class AddressCheckTests
{
    private const string Own = "52:54:00:00:00:01", Stranger = "02:00:00:00:00:05";
    private readonly FakeArp arp = new();

    [Fact]
    public async Task A_device_that_answers_for_one_of_the_addresses_refuses_the_start_at_once()
    {
        arp.Answer = asked => asked.TargetIp == "10.1.2.4" ? FakeArp.Reply(Stranger, "10.1.2.4") : null;
        var e = await Assert.ThrowsAsync<ApiException>(() => CheckAsync("10.1.2.3", "10.1.2.4"));
        Assert.Equal(ErrorCode.Conflict, e.Code);
        Assert.Equal(
            "web is not started: a device on the guest network, with the MAC address 02:00:00:00:00:05, has its address 10.1.2.4 already; take it off the network, or give web another address.",
            e.Message);
        Assert.All(arp.Sent, asked => Assert.False(asked.IsClaim));
    }

    [Fact]
    public async Task Silence_the_machine_s_own_answer_and_others_addresses_refuse_nothing_and_take_no_longer_than_the_limit()
    {
        arp.Answer = asked => asked.TargetIp == "10.1.2.3" ? FakeArp.Reply(Own, "10.1.2.3") : FakeArp.Reply(Stranger, "10.9.9.9");
        var since = Stopwatch.GetTimestamp();
        await CheckAsync("10.1.2.3", "10.1.2.4");
        Assert.InRange(Stopwatch.GetElapsedTime(since), ArpProbe.Limit - TimeSpan.FromMilliseconds(50), ArpProbe.Limit + TimeSpan.FromSeconds(2));
        Assert.Equal(6, arp.Sent.Count);
    }

    [Fact]
    public async Task A_network_that_cannot_be_asked_and_a_machine_without_addresses_are_not_waited_for()
    {
        arp.Mac = null;
        await CheckAsync("10.1.2.3");
        await CheckAsync();
        await new AddressCheck(null).ThrowIfTakenAsync("web", "started", Own, ["10.1.2.3"], Work());
        Assert.Empty(arp.Sent);
    }

    private Task CheckAsync(params string[] ips) => new AddressCheck(new ArpProbe(arp)).ThrowIfTakenAsync("web", "started", Own.ToUpperInvariant(), ips, Work());

    private static TaskBoard.Work Work() => new("t1", "start", "web");
}
