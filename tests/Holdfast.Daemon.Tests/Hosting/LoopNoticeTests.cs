using System.Net.Sockets;
using System.Text;
using Holdfast.Adapters.Linux;
using Holdfast.Daemon.Hosting;

namespace Holdfast.Daemon.Tests.Hosting;

public sealed class LoopNoticeTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("holdfast-notice-").FullName;
    private readonly Socket manager = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    public LoopNoticeTests() => manager.Bind(new UnixDomainSocketEndPoint(Address));

    private string Address => Path.Combine(folder, "notify");

    public void Dispose()
    {
        manager.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Ready_is_said_by_the_first_step_after_the_API_answers()
    {
        using var service = new ServiceNotice(Address, watchdog: null);
        var notice = new LoopNotice(service);
        notice.Stepped();
        notice.Opened("h1 answers\nhere");
        Assert.Equal(0, manager.Available);
        notice.Stepped();
        Assert.Equal("READY=1\nSTATUS=h1 answers here\n", Heard());
        notice.Stepped();
        Assert.Equal(0, manager.Available);
    }

    [Fact]
    public void Only_the_loop_s_steps_feed_the_watchdog_and_not_more_often_than_needed()
    {
        using var service = new ServiceNotice(Address, TimeSpan.FromMilliseconds(4));
        var notice = new LoopNotice(service);
        SpinWait.SpinUntil(() => { notice.Stepped(); return manager.Available > 0; }, 10_000);
        Assert.Equal("WATCHDOG=1\n", Heard());
        SpinWait.SpinUntil(static () => false, 20);      // five times its patience, and no step
        Assert.Equal(0, manager.Available);
        notice.Stepped();
        Assert.Equal("WATCHDOG=1\n", Heard());

        using var patient = new ServiceNotice(Address, TimeSpan.FromHours(1));
        var rare = new LoopNotice(patient);
        rare.Stepped();
        rare.Stepped();
        Assert.Equal(0, manager.Available);
    }

    [Fact]
    public void Without_a_manager_or_with_a_dead_or_deaf_one_nothing_happens()
    {
        new ServiceNotice(null, null).Ready("nobody");
        new ServiceNotice(Path.Combine(folder, "none"), null).Ready("nobody");
        using var service = new ServiceNotice(Address, TimeSpan.FromSeconds(1));
        for (var n = 0; n < 2000; n++)
        {
            service.Alive();
        }

        Assert.Equal("WATCHDOG=1\n", Heard());
    }

    [Fact]
    public void The_manager_s_variables_are_taken_and_not_passed_on_to_programs()
    {
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", Address);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "20000000");
        Environment.SetEnvironmentVariable("WATCHDOG_PID", "1");
        using var other = ServiceNotice.OfProcess();
        Assert.Null(other.Watchdog);
        Assert.Null(Environment.GetEnvironmentVariable("NOTIFY_SOCKET"));

        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", Address);
        Environment.SetEnvironmentVariable("WATCHDOG_USEC", "20000000");
        Environment.SetEnvironmentVariable("WATCHDOG_PID", $"{Environment.ProcessId}");
        using var own = ServiceNotice.OfProcess();
        Assert.Equal(TimeSpan.FromSeconds(20), own.Watchdog);
        own.Stopping();
        Assert.Equal("STOPPING=1\n", Heard());
    }

    private string Heard()
    {
        var buffer = new byte[1024];
        return Encoding.UTF8.GetString(buffer, 0, manager.Receive(buffer));
    }
}
