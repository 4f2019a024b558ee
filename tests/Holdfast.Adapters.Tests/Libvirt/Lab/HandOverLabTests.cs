using Holdfast.Adapters.Libvirt;
using Holdfast.Adapters.Libvirt.Migration;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Tests.Libvirt.Lab;

/// <summary>The hand-over of DESIGN §6 with two real libvirtds and QEMUs: the measured order of docs/design/migration.md.</summary>
[Trait("Category", "Lab")]
public sealed class HandOverLabTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Freezing = TimeSpan.FromMilliseconds(500);

    [Fact]
    public async Task A_machine_is_handed_over_frozen_on_the_source_and_resumed_on_the_target()
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        for (var round = 0; round < 3; round++)
        {
            await using var move = await Move.CopyAsync(lab, $"move{round}");
            var look = move.Freeze.Freeze(Freezing);
            Assert.True(look.Verdict == FreezeVerdict.StillPaused, $"{look.Verdict}: {look.Reason}");

            Assert.Equal(EndResult.Gone, move.Freeze.Kill(TimeSpan.FromSeconds(5)).Result);
            move.Source.Times.Mark("killed");
            await move.ContinueTargetAsync();
            await move.Source.ConfirmAsync(cancelled: false, Deadline);

            Assert.Empty(await lab.A.Machines.ListAsync(Deadline));
            var there = (await lab.B.Machines.ListAsync(Deadline)).Single(one => one.Name == $"move{round}");
            Assert.Equal((DomainState.Running, 1UL), (there.State, there.Epoch));
            output.WriteLine($"round {round}: freeze {look.ToAllStopped.TotalMilliseconds:0.00} ms, look {look.Took.TotalMilliseconds:0.00} ms, vCPU time {look.CpuTime.TotalMicroseconds:0} us; "
                + $"source [{Steps(move.Source.Times)}] target [{Steps(move.Target.Times)}]");
        }
    }

    [Fact]
    public async Task A_cancelled_hand_over_leaves_the_machine_running_on_the_source_and_no_copy_on_the_target()
    {
        await using var lab = await PrivateLibvirt.StartAsync();
        await using var move = await Move.CopyAsync(lab, "stays");
        var look = move.Freeze.Freeze(Freezing);
        Assert.True(look.Verdict == FreezeVerdict.StillPaused, $"{look.Verdict}: {look.Reason}");

        var resumed = move.Events.Next(QmpEventKind.Resume);
        Assert.True(move.Freeze.Thaw());
        await move.Source.ConfirmAsync(cancelled: true, Deadline);
        await resumed.WaitAsync(Deadline);
        Assert.True((await move.Qmp.QueryStatusAsync(Deadline)).Running);

        // What ran again must never be given away, also when it is frozen again.
        var second = move.Freeze.Freeze(Freezing);
        Assert.Equal(FreezeVerdict.RanAgain, second.Verdict);
        Assert.True(move.Freeze.Thaw());

        await lab.B.Machines.DestroyAsync(move.Machine.Id, Deadline);
        Assert.Empty(await lab.B.Machines.ListAsync(Deadline));
        Assert.Equal(DomainState.Running, Assert.Single(await lab.A.Machines.ListAsync(Deadline)).State);
    }

    private static string Steps(StepTimes times) => string.Join(", ", times.Since("completed").Select(step => $"{step.Key} {step.Value:0.0}"));

    /// <summary>One migration up to the instant at which the target holds the complete, paused machine.</summary>
    private sealed class Move(PrivateLibvirt lab, MachineDefinition machine, QmpClient qmp, QmpEvents events, SourceFreeze freeze, MigrationSource source, MigrationTarget target) : IAsyncDisposable
    {
        private QmpClient? _there;

        internal MachineDefinition Machine => machine;

        internal QmpClient Qmp => qmp;

        internal QmpEvents Events => events;

        internal SourceFreeze Freeze => freeze;

        internal MigrationSource Source => source;

        internal MigrationTarget Target => target;

        internal static async Task<Move> CopyAsync(PrivateLibvirt lab, string name)
        {
            var machine = PrivateLibvirt.Diskless(name);
            var qemu = await lab.A.Machines.StartPausedAsync(machine, 1, PrivateLibvirt.Place, Deadline);
            var events = new QmpEvents();
            var qmp = await QmpClient.ConnectAsync(lab.A.Paths.Seen(lab.A.Paths.QmpSocket(name, 1)), Deadline, events.Add);
            var running = events.Next(QmpEventKind.Resume);
            await qmp.ContAsync(Deadline);
            await running.WaitAsync(Deadline);

            var options = new MigrationOptions { DisksCheckedByUs = true };
            var source = await MigrationSource.OpenAsync(lab.Threads, lab.A.Uri, machine.Id, options, Deadline);
            var freeze = SourceFreeze.Arm(qemu.Process, qmp, source.Times)!;
            var target = await MigrationTarget.OpenAsync(lab.Threads, lab.B.Uri, options, lab.B.Paths, Deadline);
            var move = new Move(lab, machine, qmp, events, freeze, source, target);

            var offer = await source.BeginAsync(Deadline);
            var ready = await target.PrepareAsync(DomainXml.ForTarget(offer.Xml, machine, "/nowhere", null, lab.B.Paths), offer.Cookie, "127.0.0.1", Deadline);
            move._there = await QmpClient.ConnectAsync(lab.B.Paths.Seen(lab.B.Paths.QmpSocket(name, 1)), Deadline, move.AtTarget);
            var finish = target.FinishAsync(name, cancelled: false, Deadline);
            await source.PerformAsync(ready.ListenUri, ready.Cookie, 0, Deadline);
            await finish;
            Assert.True(freeze.IsCompleted);
            Assert.Equal("paused", (await move._there.QueryStatusAsync(Deadline)).Status);
            return move;
        }

        internal async Task ContinueTargetAsync()
        {
            var resumed = _thereEvents.Next(QmpEventKind.Resume);
            target.Times.Mark("cont");
            await _there!.ContAsync(Deadline);
            await resumed.WaitAsync(Deadline);
        }

        public async ValueTask DisposeAsync()
        {
            freeze.Dispose();
            qmp.Dispose();
            _there?.Dispose();
            await source.DisposeAsync();
            await target.DisposeAsync();
            await lab.A.Machines.DestroyAsync(machine.Id, Deadline);
            await lab.B.Machines.DestroyAsync(machine.Id, Deadline);
        }

        private readonly QmpEvents _thereEvents = new();

        private void AtTarget(QmpEvent happened)
        {
            if (happened.Kind == QmpEventKind.Resume)
            {
                target.Times.Mark("resumed", happened.Received);
            }
            else if (happened is { Kind: QmpEventKind.Migration, Status: "completed" })
            {
                target.Times.Mark("completed", happened.Received);
            }

            _thereEvents.Add(happened);
        }
    }
}
