using System.Collections.Concurrent;
using System.Diagnostics;
using Holdfast.Adapters.Network;

namespace Holdfast.Adapters.Tests.Network;

public sealed class ArpPortTests
{
    [Fact]
    public async Task What_is_sent_on_an_interface_is_heard_there()
    {
        Assert.SkipUnless(Environment.UserName == "root", "packet sockets are root's");
        var heard = new ConcurrentQueue<ArpFrame>();
        using var port = new ArpPort("lo");
        port.Heard += heard.Enqueue;
        Assert.Null(port.Mac);
        Assert.False(port.Send(ArpFrame.Announcement("52:54:00:aa:bb:cc", "10.1.2.3")));

        // The loopback interface gives back whatever is sent on it.
        port.Start();
        await UntilAsync(() => port.Send(ArpFrame.Announcement("52:54:00:aa:bb:cc", "10.1.2.3")));
        Assert.Equal("00:00:00:00:00:00", port.Mac);
        await UntilAsync(() => !heard.IsEmpty);
        Assert.True(heard.TryPeek(out var frame));
        Assert.Equal(ArpFrame.Announcement("52:54:00:aa:bb:cc", "10.1.2.3"), frame);
    }

    [Fact]
    public async Task An_interface_that_is_not_there_is_waited_for()
    {
        Assert.SkipUnless(Environment.UserName == "root", "interfaces are root's");
        const string name = "hf-arp-test0";
        using var port = new ArpPort(name);
        port.Start();
        Assert.False(port.Send(ArpFrame.Probe("52:54:00:aa:bb:cc", "10.1.2.3")));
        Assert.Null(port.Mac);
        try
        {
            await LinkAsync("add", name, "address", "02:00:00:00:ab:01", "type", "veth", "peer", "name", "hf-arp-test1");
            await LinkAsync("set", name, "up");
            await UntilAsync(() => port.Send(ArpFrame.Probe("52:54:00:aa:bb:cc", "10.1.2.3")));
            Assert.Equal("02:00:00:00:ab:01", port.Mac);
        }
        finally
        {
            await LinkAsync("delete", name);
        }

        await UntilAsync(() => port.Mac is null);
    }

    private static async Task LinkAsync(params string[] arguments)
    {
        using var ip = Process.Start("ip", ["link", .. arguments]);
        await ip.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, ip.ExitCode);
    }

    private static async Task UntilAsync(Func<bool> it)
    {
        for (var since = Stopwatch.GetTimestamp(); !it(); await Task.Delay(10))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(5), "nothing within 5 s");
        }
    }
}
