using Holdfast.Adapters.Libvirt;
using Holdfast.Core.Agent;

namespace Holdfast.Adapters.Tests.Libvirt.Lab;

/// <summary>The hypervisor port as the core uses it, on real libvirtds and QEMUs.</summary>
[Trait("Category", "Lab")]
public sealed class HypervisorLabTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private long _op;

    [Fact]
    public async Task The_port_starts_moves_cancels_and_ends_a_machine()
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        await using var a = new LibvirtHypervisor(lab.A.Connection, lab.A.Paths, new HypervisorOptions());
        await using var b = new LibvirtHypervisor(lab.B.Connection, lab.B.Paths, new HypervisorOptions());
        Assert.Empty(LibvirtHypervisor.MissingMigrationSteps);
        await a.WarmAsync();
        var machine = PrivateLibvirt.Diskless("port");

        Assert.True((await Call(a, new CreatePaused(++_op, machine, "/nowhere", 5))).Pid > 0);
        var found = Assert.Single((await Call(a, new FindAll(++_op))).Found);
        Assert.Equal((machine.Id, 5UL, false), (found.Machine, found.Epoch, found.Running));
        await Call(a, new Continue(++_op, machine.Id));
        Assert.True(Assert.Single((await Call(a, new FindAll(++_op))).Found).Running);
        using (var guard = await Adapters.Libvirt.Qmp.QmpClient.ConnectAsync(lab.A.Paths.Seen(a.GuardSocketOf(machine.Id)!), Deadline))
        {
            Assert.False(guard.IsClosed);
        }

        // First a move that is cancelled at the hand-over, in the order of the core.
        var first = Guid.NewGuid();
        await CopyAsync(a, b, machine, first);
        await Call(a, new FreezeAndLook(++_op, machine.Id));
        await Call(a, new AbortMove(++_op, machine.Id, first));
        await Call(a, new Thaw(++_op, machine.Id));
        await Call(a, new ConfirmMove(++_op, machine.Id, first, Cancelled: true));
        await Call(a, new Continue(++_op, machine.Id));
        await Call(b, new End(++_op, machine.Id));
        await Call(b, new FinishMove(++_op, machine.Id, first, Cancelled: true));
        Assert.True(Assert.Single((await Call(a, new FindAll(++_op))).Found).Running);
        Assert.Equal(DomainState.Running, Assert.Single(await lab.A.Machines.ListAsync(Deadline)).State);

        // Then one that is committed.
        var second = Guid.NewGuid();
        await CopyAsync(a, b, machine, second);
        await Call(a, new FreezeAndLook(++_op, machine.Id));
        var resumed = Next(b, MachineEventKind.Resumed);
        await Task.WhenAll(Call(a, new End(++_op, machine.Id)), Call(b, new Continue(++_op, machine.Id)));
        await resumed.WaitAsync(Deadline);
        await Call(a, new ConfirmMove(++_op, machine.Id, second, Cancelled: false));
        Assert.DoesNotContain(await lab.A.Machines.ListAsync(Deadline), domain => domain.Id == machine.Id);

        // libvirt's Finish may still be setting parameters back when the CPUs start: it must not take the machine for paused afterwards.
        Assert.Contains(b.TimesOf(second)!, step => step.Key == "taken over");
        Assert.Equal(DomainState.Running, (await lab.B.Machines.ListAsync(Deadline)).Single(domain => domain.Id == machine.Id).State);
        output.WriteLine("source: " + string.Join(", ", a.TimesOf(second)!.Select(step => $"{step.Key} {step.Value:0.0}")));
        output.WriteLine("target: " + string.Join(", ", b.TimesOf(second)!.Select(step => $"{step.Key} {step.Value:0.0}")));

        // Ended there, and started there again at once.
        var gone = Next(b, MachineEventKind.Gone);
        await Call(b, new End(++_op, machine.Id));
        await gone.WaitAsync(Deadline);
        Assert.True((await Call(b, new CreatePaused(++_op, machine, "/nowhere", 6))).Pid > 0);
        await Call(b, new End(++_op, machine.Id));
    }

    [Fact]
    public async Task A_restarted_agent_finds_its_machines_and_a_start_behind_its_back_is_refused()
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        var machine = PrivateLibvirt.Diskless("kept");
        string xml;
        await using (var before = new LibvirtHypervisor(lab.A.Connection, lab.A.Paths, new HypervisorOptions()))
        {
            await Call(before, new CreatePaused(++_op, machine, "/nowhere", 5));
            await Call(before, new Continue(++_op, machine.Id));
            xml = await lab.A.Machines.XmlAsync(machine.Id, Deadline);
        }

        await using var after = new LibvirtHypervisor(lab.A.Connection, lab.A.Paths, new HypervisorOptions());
        var found = Assert.Single((await Call(after, new FindAll(++_op))).Found);
        Assert.Equal((machine.Id, machine.Name, 5UL, true), (found.Machine, found.Name, found.Epoch, found.Running));
        await Call(after, new End(++_op, machine.Id));

        // What "virsh create" of the saved XML on another host would do: there is no ticket for it.
        var refused = await Assert.ThrowsAsync<LibvirtException>(() => lab.B.Connection.Call("starting it behind the agent's back", Deadline, handle =>
        {
            using var domain = Holdfast.Adapters.Libvirt.Interop.LibvirtNative.virDomainCreateXML(handle, xml, 0);
            return domain.IsInvalid ? throw LibvirtException.FromLastError("virsh create") : 0;
        }));
        Assert.Contains("kept belongs to Holdfast and is started only by its agent", refused.Message, StringComparison.Ordinal);
    }

    private async Task CopyAsync(LibvirtHypervisor a, LibvirtHypervisor b, Core.Model.MachineDefinition machine, Guid move)
    {
        var completedThere = Next(b, MachineEventKind.MigrationCompleted);
        var begun = await Call(a, new BeginMove(++_op, machine.Id, move, TimeSpan.FromMilliseconds(300)));
        var ready = await Call(b, new PrepareMove(++_op, machine, "/nowhere", move, begun.Xml!, begun.Cookie, "127.0.0.1"));
        var performed = Call(a, new PerformMove(++_op, machine.Id, move, ready.Uri!, ready.Cookie));
        await completedThere.WaitAsync(Deadline);
        await Call(b, new FinishMove(++_op, machine.Id, move, Cancelled: false));
        await performed;
    }

    private static async Task<HypervisorResult> Call(LibvirtHypervisor hypervisor, HypervisorCall call)
    {
        var ended = new TaskCompletionSource<HypervisorResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        hypervisor.Begin(call, ended.SetResult);
        var result = await ended.Task.WaitAsync(Deadline);
        Assert.True(result.Failure is null, $"{call.GetType().Name}: {result.Failure}");
        Assert.Equal(call.Op, result.Op);
        return result;
    }

    private static Task<MachineEvent> Next(LibvirtHypervisor hypervisor, MachineEventKind kind)
    {
        var seen = new TaskCompletionSource<MachineEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        hypervisor.Happened += happened =>
        {
            if (happened.Kind == kind)
            {
                seen.TrySetResult(happened);
            }
        };
        return seen.Task;
    }
}
