using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Holdfast.Daemon.Hosting;
using Holdfast.Daemon.Options;

namespace Holdfast.Daemon.Tests.Hosting;

public sealed class GuardInquiryTests : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-inquiry-").FullName;

    private string Place => Path.Combine(folder, "guard.sock");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task An_agent_does_not_start_on_a_guard_that_feeds_no_watchdog_although_one_is_configured()
    {
        using var guard = Guard("none");
        Assert.Equal("none", (await GuardInquiry.AskAsync(Place, Long))?.Watchdog);
        var e = await Assert.ThrowsAsync<InvalidOperationException>(() => GuardInquiry.SameWatchdogAsync(new() { GuardSocket = Place, Watchdog = "/dev/watchdog" }, Long));
        Assert.StartsWith("watchdog is /dev/watchdog, but the guard was started before without one; restart it", e.Message);
        await GuardInquiry.SameWatchdogAsync(new() { GuardSocket = Place }, Long);
    }

    [Theory]
    [InlineData("armed")]
    [InlineData("lost")]
    public async Task A_guard_with_the_watchdog_is_right_also_while_it_does_not_reach_it(string watchdog)
    {
        using var guard = Guard(watchdog);
        await GuardInquiry.SameWatchdogAsync(new() { GuardSocket = Place, Watchdog = "/dev/watchdog" }, Long);
    }

    [Fact]
    public async Task Nobody_waits_for_a_guard_that_does_not_run_and_not_for_ever_for_a_deaf_one()
    {
        var since = Stopwatch.StartNew();
        Assert.Null(await GuardInquiry.AskAsync(Place, Long));
        using var deaf = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        deaf.Bind(new UnixDomainSocketEndPoint(Place));
        Assert.Null(await GuardInquiry.AskAsync(Place, Long));
        deaf.Listen(8);
        Assert.Null(await GuardInquiry.AskAsync(Place, TimeSpan.FromMilliseconds(100)));
        Assert.True(since.Elapsed < Long, $"{since.Elapsed}");
    }

    /// <summary>Answers the first line of every caller with a report.</summary>
    private Socket Guard(string watchdog)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Place));
        listener.Listen(8);
        var report = Encoding.UTF8.GetBytes($$"""{"kind":"report","at":1,"guardLife":"{{Guid.NewGuid()}}","watchdog":"{{watchdog}}","areas":[],"machines":[]}""" + "\n");
        new Thread(() =>
        {
            try
            {
                while (true)
                {
                    using var caller = listener.Accept();
                    if (caller.Receive(new byte[4096]) > 0)
                    {
                        caller.Send(report);
                    }
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }) { IsBackground = true }.Start();
        return listener;
    }
}
