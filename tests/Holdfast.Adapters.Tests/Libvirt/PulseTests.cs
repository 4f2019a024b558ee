using System.Text;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Pulse;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Tests.Libvirt;

/// <summary>What a machine's pulse is read from: /proc, QEMU's answers, libvirt's refusals.</summary>
public sealed class PulseTests
{
    private static readonly TimeSpan Limit = FakeQmp.Limit;

    [Theory]
    [InlineData("2000000000 500000000 77\n", 2500)]
    [InlineData("100 0 0\n", 0)]
    [InlineData("", null)]
    [InlineData("2000000000", null)]
    [InlineData("2000000000 x 1", null)]
    public void A_thread_wants_a_processor_while_it_runs_and_while_it_waits_for_one(string schedstat, int? milliseconds) =>
        Assert.Equal(milliseconds, (int?)ThreadStates.Demand(Encoding.ASCII.GetBytes(schedstat))?.TotalMilliseconds);

    [Theory]
    [InlineData("CPU 0/KVM\n", 0)]
    [InlineData("CPU 12/TCG\n", 12)]
    [InlineData("ALL CPUs/TCG\n", 0)]
    [InlineData("qemu-system-x86\n", null)]
    [InlineData("IO mon_iothread\n", null)]
    [InlineData("", null)]
    public void A_vCPUs_thread_is_known_by_its_name(string name, int? number) => Assert.Equal(number, ThreadStates.CpuNumber(Encoding.ASCII.GetBytes(name)));

    [Fact]
    public void A_process_without_vCPUs_has_no_demand_and_one_that_is_gone_waits_for_nothing()
    {
        Assert.Empty(new ThreadStates(Environment.ProcessId).CpuDemand());
        Assert.False(new ThreadStates(int.MaxValue).AnyWaitsForStorage());
    }

    [Fact]
    public async Task All_disks_completed_requests_are_counted_each_disk_once()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var requests = qmp.QueryDiskRequestsAsync(Limit);
        Assert.Equal("""{"execute":"query-blockstats","id":2}""", await qemu.NextCommandAsync());
        qemu.Send("""
            {"return":[{"device":"","qdev":"/machine/peripheral/virtio-disk0/virtio-backend","stats":{"flush_operations":4,"wr_operations":30,"rd_operations":200,"unmap_operations":9,"failed_wr_operations":5000},"parent":{"stats":{"flush_operations":7000,"wr_operations":7000,"rd_operations":7000}}},{"device":"","stats":{"rd_operations":1000,"wr_operations":0,"flush_operations":0}}],"id":2}
            """.Trim());
        Assert.Equal(1234, await requests);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("false", false)]
    public async Task An_agent_is_there_when_the_guest_has_opened_its_own_port_and_not_another(string opened, bool expected)
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        var open = qmp.QueryGuestOpenAsync("charchannel0", Limit);
        Assert.Equal("""{"execute":"query-chardev","id":2}""", await qemu.NextCommandAsync());
        qemu.Send("{\"return\":[{\"frontend-open\":true,\"filename\":\"unix:/m\",\"label\":\"charmonitor\"},{\"frontend-open\":" + opened + ",\"filename\":\"unix:/a\",\"label\":\"charchannel0\"}],\"id\":2}");
        Assert.Equal(expected, await open);

        var none = qmp.QueryGuestOpenAsync("charchannel1", Limit);
        qemu.Send("""{"return":[{"frontend-open":true,"filename":"unix:/a","label":"charchannel0"}],"id":3}""");
        Assert.False(await none);
    }

    [Fact]
    public async Task A_QEMU_that_owes_an_answer_says_so_until_it_has_given_it()
    {
        using var qemu = new FakeQmp();
        using var qmp = await qemu.ConnectAsync();
        Assert.False(qmp.Owes);
        await Assert.ThrowsAsync<QmpException>(() => qmp.QueryDiskRequestsAsync(TimeSpan.FromMilliseconds(20)));
        Assert.True(qmp.Owes);

        // An answer to nothing that was asked pays nothing off.
        var status = qmp.QueryStatusAsync(Limit);
        qemu.Send("""{"return":{"status":"running","running":true},"id":3}""");
        await status;
        Assert.True(qmp.Owes);
        qemu.Send("""{"return":[],"id":2}""");
        Assert.True(SpinWait.SpinUntil(() => !qmp.Owes, Limit));
    }

    [Theory]
    [InlineData(86, 2.0, GuestAgentSign.Silent)]
    [InlineData(86, 5.1, GuestAgentSign.Silent)]
    [InlineData(86, 1.9995, GuestAgentSign.Silent)]
    [InlineData(86, 0.01, GuestAgentSign.Unknown)]
    [InlineData(38, 5.1, GuestAgentSign.Unknown)]
    [InlineData(55, 5.1, GuestAgentSign.Unknown)]
    public void Only_an_agent_that_libvirt_has_asked_in_vain_is_silent(int code, double seconds, GuestAgentSign sign) =>
        Assert.Equal(sign, GuestAgents.Judge(code, TimeSpan.FromSeconds(seconds)));

    [Fact]
    public async Task Without_libvirtd_no_agent_is_blamed()
    {
        await using var agents = new GuestAgents("qemu+unix:///system?socket=/nonexistent/libvirt-sock");
        Assert.Equal(GuestAgentSign.Unknown, await agents.PingAsync(Guid.NewGuid()));
    }
}
