using Holdfast.Adapters.Libvirt.Migration;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Agent;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Libvirt;

/// <summary>The steps of a live migration (docs/design/migration.md).</summary>
public sealed partial class LibvirtHypervisor
{
    private const int RememberedMoves = 64;

    private readonly Queue<(Guid Move, StepTimes Times)> _times = new();

    /// <summary>This host's times of a recent move, in milliseconds relative to QEMU's "completed"; null when it is not known here.</summary>
    public IReadOnlyList<KeyValuePair<string, double>>? TimesOf(Guid move)
    {
        lock (_times)
        {
            return _times.FirstOrDefault(one => one.Move == move).Times?.Since("completed");
        }
    }

    private async Task<HypervisorResult> BeginMoveAsync(BeginMove call)
    {
        if (Find(call.Machine) is not { } machine)
        {
            return Failed(call, "it has no QEMU process on this host");
        }

        var qmp = await machine.QmpAsync(_options.QmpDeadline).ConfigureAwait(false);
        await qmp.SetDowntimeLimitAsync(call.Pause, _options.QmpDeadline).ConfigureAwait(false);
        await EndMoveAsync(call.Machine).ConfigureAwait(false);
        var source = await MigrationSource.OpenAsync(_connection.Threads, _connection.Uri, call.Machine, _options.Migration, _options.CallDeadline).ConfigureAwait(false);
        Open(call.Machine, new OpenMove(call.Move) { Source = source, Freeze = SourceFreeze.Arm(machine.Qemu.Process, qmp, source.Times) });
        var offer = await source.BeginAsync(_options.CallDeadline).ConfigureAwait(false);
        return Done(call) with { Xml = offer.Xml, Cookie = offer.Cookie };
    }

    private async Task<HypervisorResult> AllowPauseAsync(AllowPause call)
    {
        if (SourceOf(call.Machine, call.Move) is not { Copying: true } || _attached.GetValueOrDefault(call.Machine)?.QmpNow is not { } qmp)
        {
            return Failed(call, "it is not being copied from here");
        }

        await qmp.SetDowntimeLimitAsync(call.Pause, _options.QmpDeadline).ConfigureAwait(false);
        return Done(call);
    }

    private async Task<HypervisorResult> PrepareMoveAsync(PrepareMove call)
    {
        await Cleared(call.Machine).ConfigureAwait(false);
        await EndMoveAsync(call.Machine).ConfigureAwait(false);
        if (await StrangeDisksAsync(call).ConfigureAwait(false) is { } strange)
        {
            return Failed(call, strange);
        }

        var xml = DomainXml.ForTarget(call.Xml, call.Definition, call.Folder, _options.GuestBridge, _paths);
        var target = await MigrationTarget.OpenAsync(_connection.Threads, _connection.Uri, _options.Migration, _paths, _options.CallDeadline).ConfigureAwait(false);
        Open(call.Machine, new OpenMove(call.Move) { Name = call.Definition.Name, Target = target });
        var ready = await target.PrepareAsync(xml, call.Cookie ?? [], call.ListenAddress, _options.StartDeadline).ConfigureAwait(false);

        // Read anew: an earlier process of the machine that has just ended may still be known here.
        if (QemuProcess.Scan(_paths).FirstOrDefault(qemu => qemu.Machine == call.Machine) is not { } waiting)
        {
            return Failed(call, $"its waiting QEMU process has ended; its log is /var/log/libvirt/qemu/{call.Definition.Name}.log");
        }

        var machine = Attach(waiting);
        machine.Arrived = true;
        machine.Times = target.Times;
        await machine.QmpAsync(_options.QmpDeadline).ConfigureAwait(false);
        return Done(call) with { Pid = machine.Qemu.Process.Pid, Cookie = ready.Cookie, Uri = ready.ListenUri };
    }

    /// <summary>
    /// Safety: the copy here opens what libvirt's XML on the source names. Where that is not what the machine's chain says, a snapshot was cut off there in the middle, and this host would write to
    /// files that another start of the machine does not use.
    /// </summary>
    private static async Task<string?> StrangeDisksAsync(PrepareMove call)
    {
        try
        {
            var chain = await BlockingWork.RunAsync(
                $"looking at the disks of {call.Definition.Name}", DisksLimit, () => new ChainFolder(call.Folder).Read(call.Definition.Id) ?? DiskChain.Of(call.Definition)).ConfigureAwait(false);
            var named = DomainXml.ReadDiskFiles(call.Xml).Values;
            return chain.Active.FirstOrDefault(a => !Path.IsPathRooted(a.File) && !named.Contains(a.File)) is { } other
                ? $"its disk {other.Disk} is the file {other.File} by its chain, and libvirt on its host names {string.Join(", ", named)}; an order about its snapshots there clears that up, or a stop and a start"
                : null;
        }
        catch (Exception e) when (e is ChainException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            return e.Message;
        }
    }

    private async Task<HypervisorResult> PerformMoveAsync(PerformMove call)
    {
        if (SourceOf(call.Machine, call.Move) is not { } move)
        {
            return Failed(call, "this move has not begun here");
        }

        using var end = new CancellationTokenSource();
        var progress = ReportProgress(call.Machine, end.Token);
        move.Copying = true;
        try
        {
            await move.Source!.PerformAsync(call.Uri, call.Cookie ?? [], call.MostMiB, _options.CopyDeadline).ConfigureAwait(false);
            return Done(call);
        }
        finally
        {
            move.Copying = false;
            await end.CancelAsync().ConfigureAwait(false);
            _ = progress;
        }
    }

    private async Task<HypervisorResult> FreezeAsync(FreezeAndLook call)
    {
        if (_moves.GetValueOrDefault(call.Machine)?.Freeze is not { } freeze)
        {
            return Failed(call, "no move of it has begun here");
        }

        var look = await _connection.Threads.Run("freezing", _options.FreezeDeadline + TimeSpan.FromSeconds(1), () => freeze.Freeze(_options.FreezeDeadline)).ConfigureAwait(false);
        return look.Verdict == FreezeVerdict.StillPaused ? Done(call) : Failed(call, look.Reason, look.Verdict == FreezeVerdict.Unknown);
    }

    private Task<HypervisorResult> ThawAsync(Thaw call) => Task.FromResult(
        Find(call.Machine) is { } machine && ProcessEnd.Thaw(machine.Qemu.Process)
            ? Done(call)
            : Failed(call, "it has no QEMU process on this host"));

    private async Task<HypervisorResult> FinishMoveAsync(FinishMove call)
    {
        if (TargetOf(call.Machine, call.Move) is not { } move)
        {
            return call.Cancelled ? Done(call) : Failed(call, "this move was not prepared here");
        }

        if (call.Cancelled)
        {
            return await DestroyCopyAsync(call, move).ConfigureAwait(false);
        }

        using var takenOver = new CopyTakenOver(_connection, call.Machine, move.Target!.Times);
        await takenOver.OrAsync(move.Target.FinishAsync(move.Name, cancelled: false, _options.CopyDeadline), _options.CallDeadline).ConfigureAwait(false);
        move.Target.Times.Mark("taken over");
        move.Finished = true;
        return Done(call);
    }

    private async Task<HypervisorResult> DestroyCopyAsync(FinishMove call, OpenMove move)
    {
        // SIGKILL before libvirt's own way: a Finish that waits for QEMU ends by it, and a paused copy has nothing to flush.
        var attached = _attached.GetValueOrDefault(call.Machine);
        var gone = await _connection.Threads.Run("ending the copy", _options.EndDeadline + TimeSpan.FromSeconds(1), () => KillAll(call.Machine, attached)).ConfigureAwait(false);
        try
        {
            if (!move.Finished)
            {
                await move.Target!.FinishAsync(move.Name, cancelled: true, _options.CallDeadline).ConfigureAwait(false);
            }
        }
        catch (LibvirtException)
        {
            // Nothing is left to cancel; what counts is that the process is gone.
        }

        await EndMoveAsync(call.Machine).ConfigureAwait(false);
        _clearing[call.Machine] = ClearAsync(call.Machine);
        return gone ? Done(call) : Failed(call, "the copy's QEMU process is still there after SIGKILL", unknown: true);
    }

    private async Task<HypervisorResult> ConfirmMoveAsync(ConfirmMove call)
    {
        if (SourceOf(call.Machine, call.Move) is not { } move)
        {
            return call.Cancelled ? Done(call) : Failed(call, "this move has not begun here");
        }

        var confirming = ConfirmAsync(call, move);
        if (!call.Cancelled)
        {
            // The machine may come back at once, and libvirt refuses it here until it has forgotten the old domain.
            _clearing[call.Machine] = ClearAfterAsync(confirming, call.Machine);
        }

        await confirming.ConfigureAwait(false);
        if (call.Cancelled && _attached.GetValueOrDefault(call.Machine)?.QmpNow is { } qmp)
        {
            // The target's QEMU has announced the addresses from there already.
            Announce(call.Machine, qmp);
        }

        return Done(call);
    }

    private async Task ConfirmAsync(ConfirmMove call, OpenMove move)
    {
        try
        {
            await move.Source!.ConfirmAsync(call.Cancelled, _options.CallDeadline).ConfigureAwait(false);
        }
        finally
        {
            await EndMoveAsync(call.Machine).ConfigureAwait(false);
        }
    }

    private async Task ClearAfterAsync(Task confirming, Guid machine)
    {
        await confirming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ClearAsync(machine).ConfigureAwait(false);
    }

    private async Task<HypervisorResult> AbortMoveAsync(AbortMove call)
    {
        if (SourceOf(call.Machine, call.Move) is not { Copying: true } move)
        {
            return Done(call);
        }

        var qmp = _attached.GetValueOrDefault(call.Machine)?.QmpNow;
        if (qmp is { Run.StoppedLast: true })
        {
            // The guest has stopped for the switch-over: libvirt's abort would wait behind QEMU's blocked main loop.
            await YankAsync(call.Machine).ConfigureAwait(false);
            return Done(call);
        }

        try
        {
            await move.Source!.AbortAsync(TimeSpan.FromSeconds(1)).ConfigureAwait(false);
        }
        catch (LibvirtException failure) when (failure.OutcomeUnknown && qmp is not null)
        {
            await YankAsync(call.Machine).ConfigureAwait(false);
        }

        return Done(call);
    }

    internal Task YankAsync(Guid machine) => _attached.GetValueOrDefault(machine)?.QmpNow is { } qmp ? qmp.YankMigrationAsync(_options.QmpDeadline) : Task.CompletedTask;

    private async Task ReportProgress(Guid machine, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(_options.ProgressInterval, end).ConfigureAwait(false);
                // On our own QMP socket: libvirt's statistics queue behind the job and would fire during the hand-over.
                if (_attached.GetValueOrDefault(machine)?.QmpNow is { Run.StoppedLast: false } qmp)
                {
                    var at = await qmp.QueryMigrateAsync(_options.QmpDeadline).ConfigureAwait(false);
                    Happened?.Invoke(new MachineEvent(machine, MachineEventKind.MigrationProgress, Progress: at.Progress));
                }
            }
            catch (Exception over) when (over is OperationCanceledException or QmpException)
            {
                // The end of the copy is reported by Perform; a QEMU that gives no answer is asked again, and the core ends a copy of which it hears nothing.
            }
        }
    }

    private OpenMove? SourceOf(Guid machine, Guid move) => _moves.GetValueOrDefault(machine) is { Source: not null } open && open.Move == move ? open : null;

    private OpenMove? TargetOf(Guid machine, Guid move) => _moves.GetValueOrDefault(machine) is { Target: not null } open && open.Move == move ? open : null;

    private void Open(Guid machine, OpenMove move)
    {
        _moves[machine] = move;
        lock (_times)
        {
            _times.Enqueue((move.Move, move.Times!));
            if (_times.Count > RememberedMoves)
            {
                _times.Dequeue();
            }
        }
    }

    private ValueTask EndMoveAsync(Guid machine) => _moves.TryRemove(machine, out var move) ? move.DisposeAsync() : ValueTask.CompletedTask;
}
