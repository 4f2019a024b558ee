using System.Diagnostics;
using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Migration;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Tests.Libvirt.Lab;

/// <summary>What breaks between the agent, libvirtd and QEMU, and what the adapter then says.</summary>
[Trait("Category", "Lab")]
public sealed class DisturbanceLabTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private long _op;

    [Fact]
    public async Task A_libvirtd_that_dies_takes_no_machine_along_and_is_found_again()
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        await using var a = new LibvirtHypervisor(lab.A.Connection, lab.A.Paths, new HypervisorOptions());
        var machine = PrivateLibvirt.Diskless("survivor");
        var pid = (await Call(a, new CreatePaused(++_op, machine, "/nowhere", 5))).Pid;
        await Call(a, new Continue(++_op, machine.Id));

        var lost = new TaskCompletionSource();
        var again = new TaskCompletionSource();
        lab.A.Connection.EventReceived += happened =>
        {
            _ = happened switch
            {
                LibvirtLost => lost.TrySetResult(),
                LibvirtConnected => again.TrySetResult(),
                _ => false,
            };
        };
        lab.A.KillDaemon();
        await lost.Task.WaitAsync(Deadline);

        // The machine is known and obeys without libvirt.
        var found = Assert.Single((await Call(a, new FindAll(++_op))).Found);
        Assert.Equal((pid, true), (found.Pid, found.Running));
        await Call(a, new Continue(++_op, machine.Id));

        await again.Task.WaitAsync(Deadline);
        var domain = Assert.Single(await lab.A.Machines.ListAsync(Deadline));
        Assert.Equal((machine.Id, DomainState.Running, 5UL), (domain.Id, domain.State, domain.Epoch));
        await Call(a, new End(++_op, machine.Id));
    }

    [Fact]
    public async Task A_frozen_QEMU_gives_unknown_not_failed_and_obeys_again_when_it_is_thawed()
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        await using var a = new LibvirtHypervisor(lab.A.Connection, lab.A.Paths, new HypervisorOptions { QmpDeadline = TimeSpan.FromMilliseconds(300) });
        var machine = PrivateLibvirt.Diskless("frozen");
        var pid = (await Call(a, new CreatePaused(++_op, machine, "/nowhere", 5))).Pid;
        await Call(a, new Continue(++_op, machine.Id));

        using (var stop = Process.Start("kill", ["-STOP", $"{pid}"]))
        {
            await stop.WaitForExitAsync();
        }

        var begun = Stopwatch.GetTimestamp();
        var unanswered = await Begin(a, new Continue(++_op, machine.Id));
        Assert.True(unanswered is { Unknown: true, Failure: not null }, unanswered.ToString());
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(5));
        Assert.True(await Begin(a, new TakePulse(++_op, machine.Id)) is { Failure: not null, Pulse: null });
        Assert.False(Assert.Single((await Call(a, new FindAll(++_op))).Found).Running);

        await Call(a, new Thaw(++_op, machine.Id));
        await Call(a, new Continue(++_op, machine.Id));
        var pulse = (await Call(a, new TakePulse(++_op, machine.Id))).Pulse!;
        Assert.Equal((GuestAgentSign.Absent, 0L), (pulse.Agent, pulse.DiskRequests));
        Assert.True(Assert.Single(pulse.Cpus) > TimeSpan.Zero);
        await Call(a, new End(++_op, machine.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_copy_that_is_aborted_or_yanked_leaves_the_machine_running_here_and_nothing_there(bool yank)
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        await using var a = new LibvirtHypervisor(lab.A.Connection, lab.A.Paths, new HypervisorOptions());
        await using var b = new LibvirtHypervisor(lab.B.Connection, lab.B.Paths, new HypervisorOptions());

        // Its memory is all zeroes, a few bytes for each page on the wire: with 512 MiB a busy machine had ended the copy before it was aborted.
        var machine = PrivateLibvirt.Diskless("aborted") with { MemoryMiB = 4096 };
        await Call(a, new CreatePaused(++_op, machine, "/nowhere", 5));
        await Call(a, new Continue(++_op, machine.Id));

        var move = Guid.NewGuid();
        var progress = new TaskCompletionSource();
        a.Happened += happened => _ = happened.Kind == MachineEventKind.MigrationProgress && progress.TrySetResult();
        var begun = await Call(a, new BeginMove(++_op, machine.Id, move, TimeSpan.FromMilliseconds(1)));
        var ready = await Call(b, new PrepareMove(++_op, machine, "/nowhere", move, begun.Xml!, begun.Cookie, "127.0.0.1"));
        var perform = Begin(a, new PerformMove(++_op, machine.Id, move, ready.Uri!, ready.Cookie, MostMiB: 1));
        await progress.Task.WaitAsync(Deadline);
        Assert.False(perform.IsCompleted);

        if (yank)
        {
            await a.YankAsync(machine.Id);
        }
        else
        {
            await Call(a, new AbortMove(++_op, machine.Id, move));
        }

        Assert.NotNull((await perform.WaitAsync(Deadline)).Failure);
        await Begin(a, new ConfirmMove(++_op, machine.Id, move, Cancelled: true));
        await Call(b, new FinishMove(++_op, machine.Id, move, Cancelled: true));
        Assert.True(Assert.Single((await Call(a, new FindAll(++_op))).Found).Running);
        Assert.Empty((await Call(b, new FindAll(++_op))).Found);

        // Nothing is left that would hinder the next attempt.
        await Call(a, new BeginMove(++_op, machine.Id, Guid.NewGuid(), TimeSpan.FromMilliseconds(300)));
        await Call(a, new End(++_op, machine.Id));
    }

    [Fact]
    public async Task An_acceleration_works_when_a_guest_has_said_so()
    {
        Assert.True(await AccelerationProbe.RunsAsync("tcg", Deadline));
        Assert.False(await AccelerationProbe.RunsAsync("nonsense", Deadline));
        Assert.Equal(await AccelerationProbe.RunsAsync("kvm", Deadline) ? Acceleration.Kvm : Acceleration.Tcg, await AccelerationProbe.BestAsync(Deadline));
    }

    private static Task<HypervisorResult> Begin(LibvirtHypervisor hypervisor, HypervisorCall call)
    {
        var ended = new TaskCompletionSource<HypervisorResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        hypervisor.Begin(call, ended.SetResult);
        return ended.Task.WaitAsync(Deadline);
    }

    private static async Task<HypervisorResult> Call(LibvirtHypervisor hypervisor, HypervisorCall call)
    {
        var result = await Begin(hypervisor, call);
        Assert.True(result.Failure is null, $"{call.GetType().Name}: {result.Failure}");
        return result;
    }
}
