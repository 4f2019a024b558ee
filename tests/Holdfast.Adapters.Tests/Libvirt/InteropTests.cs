using System.Text;
using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Interop;
using Holdfast.Adapters.Libvirt.Migration;
using Holdfast.Adapters.Libvirt.Processes;

namespace Holdfast.Adapters.Tests.Libvirt;

public sealed class InteropTests
{
    [Fact]
    public void The_migration_protocols_steps_are_exported() => Assert.Empty(MigrationCalls.Missing());

    [Fact]
    public async Task An_error_of_libvirt_reaches_the_caller_in_its_own_words()
    {
        var threads = new CallThreads();
        var none = await Assert.ThrowsAsync<LibvirtException>(() =>
            LibvirtSession.OpenAsync(threads, "qemu+unix:///system?socket=/nonexistent/libvirt-sock", TimeSpan.FromSeconds(5)));
        Assert.Equal(LibvirtFailure.Disconnected, none.Failure);
        Assert.Contains("/nonexistent/libvirt-sock", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_connection_a_call_fails_at_once_and_says_why()
    {
        await using var connection = new LibvirtConnection(new CallThreads(), "qemu+unix:///system?socket=/nonexistent/libvirt-sock");
        connection.Start();
        Assert.False(await connection.WaitConnectedAsync(TimeSpan.FromMilliseconds(50)));
        var failure = await Assert.ThrowsAsync<LibvirtException>(() => new LibvirtMachines(connection, new HostPaths()).ListAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(LibvirtFailure.Disconnected, failure.Failure);
    }

    [Fact]
    public async Task The_warm_up_harms_nothing_and_needs_no_libvirtd() => await HandOverWarmUp.RunAsync(new CallThreads());

    [Fact]
    public unsafe void Typed_parameters_have_the_layout_of_C()
    {
        using var parameters = new TypedParameters().Add("bandwidth", 7UL).Add("migrate_uri", "tcp://a").Add("absent", null);
        Assert.Equal(2, parameters.Count);
        Assert.Equal(96, sizeof(TypedParameters.Parameter));
        var bytes = new ReadOnlySpan<byte>(parameters.First, 2 * 96);
        Assert.True(bytes.StartsWith("bandwidth\0"u8));
        Assert.Equal((4, 7L), (BitConverter.ToInt32(bytes[80..]), BitConverter.ToInt64(bytes[88..])));
        Assert.Equal("tcp://a", System.Runtime.InteropServices.Marshal.PtrToStringUTF8((nint)BitConverter.ToInt64(bytes[(96 + 88)..])));
    }

    [Theory]
    [InlineData("/usr/bin/qemu-system-x86_64|-name|guest=web,debug-threads=on|-uuid|11111111-2222-3333-4444-555555555555|-qmp|unix:/run/holdfast/qmp/web-7.sock,server=on,wait=off|-qmp|unix:/run/holdfast/qmp/web-7.guard.sock,server=on|", "web", 7)]
    [InlineData("/usr/bin/qemu-system-x86_64|-name|guest=web,debug-threads=on|-uuid|11111111-2222-3333-4444-555555555555|-qmp|unix:/tmp/other.sock|", null, 0)]
    [InlineData("/bin/sh|-c|echo -name guest=web|", null, 0)]
    public void A_QEMU_of_ours_is_known_by_its_command_line(string commandLine, string? name, ulong epoch)
    {
        var qemu = QemuProcess.Parse(Encoding.UTF8.GetBytes(commandLine.Replace('|', '\0')), new ProcessIdentity(1, 1), new HostPaths());
        Assert.Equal((name, epoch), (qemu?.Name, qemu?.SocketEpoch ?? 0));
    }

    [Fact]
    public void A_pid_with_another_start_time_is_another_process()
    {
        var me = ProcessIdentity.Of(Environment.ProcessId)!.Value;
        Assert.True(me.Exists);
        Assert.False((me with { StartTime = me.StartTime + 1 }).Exists);
        Assert.Equal(EndResult.WasGone, ProcessEnd.KillAndWait(me with { StartTime = me.StartTime + 1 }, TimeSpan.FromSeconds(1)).Result);
    }

    [Fact]
    public void Steps_are_told_from_completed_on()
    {
        var times = new StepTimes();
        times.Mark("completed", 1_000_000);
        times.Mark("freeze", 1_000_000 + System.Diagnostics.Stopwatch.Frequency / 100);
        times.Mark("freeze", 5);
        Assert.Equal([KeyValuePair.Create("completed", 0.0), KeyValuePair.Create("freeze", 10.0)], times.Since("completed"));
        Assert.Equal(TimeSpan.FromMilliseconds(10), times.Between("completed", "freeze"));
        Assert.Null(times.Between("completed", "frozen"));
    }
}
