using System.Diagnostics;
using Holdfast.Adapters.Libvirt.Migration;
using Holdfast.Adapters.Libvirt.Processes;

namespace Holdfast.Adapters.Tests.Libvirt;

/// <summary>The look after the freeze, with a child process in place of QEMU whose only thread is named like a vCPU.</summary>
public sealed class SourceFreezeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private const string Idle = "read -r never";
    private const string Busy = "while :; do :; done";
    private const string Stop = """{"event":"STOP"}""";
    private const string Resume = """{"event":"RESUME"}""";

    [Fact]
    public async Task Completed_and_silent_since_is_still_paused()
    {
        var report = await LookAsync(Idle, Stop, Status("device"), Status("completed"));
        Assert.True(report.Verdict == FreezeVerdict.StillPaused, report.Reason);
    }

    [Fact]
    public async Task A_RESUME_after_completed_is_seen() =>
        Assert.Equal(FreezeVerdict.RanAgain, (await LookAsync(Idle, Stop, Status("device"), Status("completed"), Resume)).Verdict);

    [Fact]
    public async Task A_RESUME_that_another_STOP_has_followed_is_seen() =>
        Assert.Equal(FreezeVerdict.RanAgain, (await LookAsync(Idle, Stop, Status("device"), Status("completed"), Resume, Stop)).Verdict);

    [Fact]
    public async Task A_RESUME_between_the_switch_over_and_completed_is_seen() =>
        Assert.Equal(FreezeVerdict.RanAgain, (await LookAsync(Idle, Stop, Status("device"), Resume, Stop, Status("completed"))).Verdict);

    [Fact]
    public async Task Without_completed_nothing_is_given_away() =>
        Assert.Equal(FreezeVerdict.Unknown, (await LookAsync(Idle, Stop, Status("device"))).Verdict);

    [Fact]
    public async Task CPU_time_without_a_RESUME_is_not_believed() =>
        Assert.Equal(FreezeVerdict.Unknown, (await LookAsync(Busy, Stop, Status("device"), Status("completed"))).Verdict);

    [Fact]
    public async Task An_earlier_attempt_does_not_count() =>
        Assert.Equal(FreezeVerdict.Unknown, (await LookAsync(Idle, Stop, Status("completed"), Status("setup"))).Verdict);

    [Fact]
    public async Task A_process_that_has_ended_is_gone_and_a_closed_socket_proves_nothing()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        using var child = await ChildAsync(Idle);
        using var freeze = SourceFreeze.Arm(ProcessIdentity.Of(child.Id)!.Value, qmp)!;
        qemu.Send(Stop, Status("completed"));
        Assert.True(qmp.Drained(Limit));
        qmp.Dispose();
        Assert.Equal(FreezeVerdict.Unknown, freeze.Freeze(Limit).Verdict);
        Assert.Equal(EndResult.Gone, freeze.Kill(Limit).Result);
        await child.WaitForExitAsync();
        Assert.Equal(FreezeVerdict.Gone, freeze.Freeze(Limit).Verdict);
        Assert.Null(SourceFreeze.Arm(new ProcessIdentity(child.Id, 1), qmp));
    }

    private static string Status(string status) => $"{{\"event\":\"MIGRATION\",\"data\":{{\"status\":\"{status}\"}}}}";

    private static async Task<FreezeReport> LookAsync(string work, params string[] lines)
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        using var child = await ChildAsync(work);
        var identity = ProcessIdentity.Of(child.Id)!.Value;
        try
        {
            using var freeze = SourceFreeze.Arm(identity, qmp)!;
            qemu.Send(lines);
            Assert.True(qmp.Drained(Limit));
            await UsesCpuAsync(child.Id, work == Busy);
            var report = freeze.Freeze(Limit);
            Assert.Equal('T', File.ReadAllText($"/proc/{child.Id}/stat").Split(") ")[1][0]);
            return report;
        }
        finally
        {
            ProcessEnd.KillAndWait(identity, Limit);
            await child.WaitForExitAsync();
        }
    }

    /// <summary>bash names its only thread like QEMU names a vCPU; the name is read back, so that the child is known to be ready.</summary>
    private static async Task<Process> ChildAsync(string work)
    {
        var start = new ProcessStartInfo("bash") { ArgumentList = { "-c", $"printf 'CPU 0/TCG' > /proc/self/comm; echo ready; {work}" }, RedirectStandardInput = true, RedirectStandardOutput = true };
        var child = Process.Start(start)!;
        Assert.Equal("ready", await child.StandardOutput.ReadLineAsync().WaitAsync(Limit));
        return child;
    }

    private static async Task UsesCpuAsync(int pid, bool busy)
    {
        var from = CpuTime(pid);
        for (var attempt = 0; busy && attempt < 500 && CpuTime(pid) - from < 5_000_000; attempt++)
        {
            await Task.Delay(5);
        }
    }

    private static long CpuTime(int pid) => long.Parse(File.ReadAllText($"/proc/{pid}/schedstat").Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
}
