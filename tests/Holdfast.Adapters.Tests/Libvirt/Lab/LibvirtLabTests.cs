using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Processes;

namespace Holdfast.Adapters.Tests.Libvirt.Lab;

[Trait("Category", "Lab")]
public sealed class LibvirtLabTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_machine_starts_paused_is_listed_with_its_epoch_and_ends_by_SIGKILL()
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        var machine = PrivateLibvirt.Diskless("alpha");
        var qemu = await lab.A.Machines.StartPausedAsync(machine, 7, PrivateLibvirt.Place, Deadline);

        var listed = Assert.Single(await lab.A.Machines.ListAsync(Deadline));
        Assert.Equal((machine.Name, machine.Id, DomainState.Paused, 7UL), (listed.Name, listed.Id, listed.State, listed.Epoch));
        Assert.Equal(qemu, listed.Process);

        Assert.True(await lab.A.Machines.SetEpochAsync(machine.Id, 9, Deadline));
        Assert.Equal(9UL, Assert.Single(await lab.A.Machines.ListAsync(Deadline)).Epoch);

        var host = await lab.A.Machines.HostAsync(Deadline);
        Assert.True(host.Cpus > 0 && host.MemoryTotalBytes > host.MemoryFreeBytes && host.MemoryFreeBytes > 0, host.ToString());

        var end = ProcessEnd.KillAndWait(qemu.Process, TimeSpan.FromSeconds(5));
        Assert.Equal(EndResult.Gone, end.Result);
        Assert.True(ProcessEnd.KillAndWait(qemu.Process, TimeSpan.FromSeconds(5)).IsGone);
        await lab.A.Machines.DestroyAsync(machine.Id, Deadline);
        Assert.Empty(await lab.A.Machines.ListAsync(Deadline));
        Assert.False(await lab.A.Machines.DestroyAsync(machine.Id, Deadline));
    }
}
