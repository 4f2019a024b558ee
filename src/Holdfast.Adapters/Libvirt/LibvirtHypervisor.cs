using System.Collections.Concurrent;
using System.Collections.Immutable;
using Holdfast.Adapters.Libvirt.Migration;
using Holdfast.Adapters.Libvirt.Processes;
using Holdfast.Adapters.Libvirt.Pulse;
using Holdfast.Adapters.Libvirt.Qmp;
using Holdfast.Adapters.Linux;
using Holdfast.Adapters.Snapshots;
using Holdfast.Core.Agent;
using Holdfast.Core.Storage;
using Holdfast.Runtime.Ports;

namespace Holdfast.Adapters.Libvirt;

/// <summary>
/// The hypervisor port on a real host: libvirt for what only it can do (start, shutdown, the migration protocol), our own QMP sockets for what
/// must be fast and certain, pidfds for the end of a process. Every call is answered once, within its deadline.
/// </summary>
public sealed partial class LibvirtHypervisor : IHypervisor, IAsyncDisposable
{
    /// <summary>A sum is read of 4 MiB at most of each file, of which there are few.</summary>
    private static readonly TimeSpan DisksLimit = TimeSpan.FromSeconds(15);

    /// <summary>A start does not wait longer for that: a file of which it takes longer is used as it is.</summary>
    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(3);

    private readonly LibvirtConnection _connection;
    private readonly LibvirtMachines _libvirt;
    private readonly HostPaths _paths;
    private readonly HypervisorOptions _options;
    private readonly ProcessWatch _ends = new();
    private readonly ConcurrentDictionary<Guid, AttachedMachine> _attached = new();
    private readonly ConcurrentDictionary<Guid, OpenMove> _moves = new();
    private readonly ConcurrentDictionary<Guid, Task> _clearing = new();
    private readonly Lock _attaching = new();
    private readonly PulseTaker _pulses;
    private readonly GuestAgents _agents;
    private readonly DiskWorker _disks = new(static () => DateTimeOffset.UtcNow);

    public LibvirtHypervisor(LibvirtConnection connection, HostPaths paths, HypervisorOptions options)
    {
        _connection = connection;
        _libvirt = new LibvirtMachines(connection, paths);
        _paths = paths;
        _options = options;
        _agents = new GuestAgents(connection.Uri);
        _pulses = new PulseTaker(_agents);
    }

    public Action<MachineEvent>? Happened { get; set; }

    /// <summary>Called when a machine's addresses are to be told to its network from here; QEMU itself tells the MAC address. From any thread.</summary>
    public Action<Guid>? Announcing { get; set; }

    /// <summary>Machines of libvirt as it lists them, for what the port does not say.</summary>
    public LibvirtMachines Libvirt => _libvirt;

    /// <summary>The steps of libvirt's migration protocol that this host's libvirt.so.0 lacks; empty when live migration works.</summary>
    public static IReadOnlyList<string> MissingMigrationSteps => Interop.MigrationCalls.Missing();

    /// <summary>The QMP socket that the guard may use for a machine's process here (its early <c>stop</c>); null when it has none.</summary>
    public string? GuardSocketOf(Guid machine) => Find(machine) is { } found ? _paths.GuardQmpSocket(found.Qemu.Name, found.Qemu.SocketEpoch) : null;

    /// <summary>
    /// Runs the code of a hand-over once, so that no machine's pause pays for its compilation. Call it when the agent starts. What goes wrong in it is no
    /// machine's concern and is left to the real calls to report.
    /// </summary>
    public async Task WarmAsync()
    {
        try
        {
            await Migration.HandOverWarmUp.RunAsync(_connection.Threads).ConfigureAwait(false);
        }
        catch (Exception cold) when (cold is LibvirtException or QmpException or IOException or System.ComponentModel.Win32Exception or System.Net.Sockets.SocketException)
        {
            // Only slower.
        }

        var nobody = Guid.Empty;
        foreach (var call in (HypervisorCall[])
            [
                new FreezeAndLook(0, nobody), new Continue(0, nobody), new End(0, nobody), new Thaw(0, nobody), new FinishMove(0, nobody, nobody, false),
                new ConfirmMove(0, nobody, nobody, false),
            ])
        {
            await Answer(call, static _ => { }).ConfigureAwait(false);
        }
    }

    public void Begin(HypervisorCall call, Action<HypervisorResult> done) => _ = Answer(call, done);

    public async ValueTask DisposeAsync()
    {
        _ends.Dispose();
        await _pulses.DisposeAsync().ConfigureAwait(false);
        foreach (var move in _moves.Values)
        {
            await move.DisposeAsync().ConfigureAwait(false);
        }

        foreach (var machine in _attached.Values)
        {
            machine.Dispose();
        }
    }

    private async Task Answer(HypervisorCall call, Action<HypervisorResult> done)
    {
        HypervisorResult result;
        try
        {
            result = await Perform(call).ConfigureAwait(false);
        }
        catch (LibvirtException failure)
        {
            result = new HypervisorResult(call.Op, call.Machine, _options.Migration.Explain(failure.Message), failure.OutcomeUnknown);
        }
        catch (QmpException failure)
        {
            result = new HypervisorResult(call.Op, call.Machine, failure.Message, failure.Failure != QmpFailure.Refused);
        }
        catch (Exception failure)
        {
            // The port promises an answer to every call; a broken adapter is one too, and what it did is unknown.
            result = new HypervisorResult(call.Op, call.Machine, $"{call.GetType().Name} broke: {failure.Message}", Unknown: true);
        }

        done(result);
    }

    private Task<HypervisorResult> Perform(HypervisorCall call) => call switch
    {
        CreatePaused create => CreateAsync(create),
        Continue cont => ContinueAsync(cont),
        ShutDown shutDown => ShutDownAsync(shutDown),
        End end => EndAsync(end),
        FindAll find => FindAsync(find),
        BeginMove begin => BeginMoveAsync(begin),
        AllowPause allow => AllowPauseAsync(allow),
        PrepareMove prepare => PrepareMoveAsync(prepare),
        PerformMove perform => PerformMoveAsync(perform),
        FreezeAndLook look => FreezeAsync(look),
        Thaw thaw => ThawAsync(thaw),
        FinishMove finish => FinishMoveAsync(finish),
        ConfirmMove confirm => ConfirmMoveAsync(confirm),
        AbortMove abort => AbortMoveAsync(abort),
        ReadDomain read => ReadAsync(read),
        CompareCpu compare => CompareAsync(compare),
        ChangeDisks change => ChangeDisksAsync(change),
        MeasureDirtyRate measure => Task.Run(() => MeasureAsync(measure)),
        // Off the caller's thread: it reads /proc, and it comes for every machine again and again.
        TakePulse pulse => Task.Run(() => PulseAsync(pulse)),
        _ => Task.FromResult(Failed(call, $"the libvirt adapter does not know {call.GetType().Name}")),
    };

    private static HypervisorResult Done(HypervisorCall call) => new(call.Op, call.Machine);

    private static HypervisorResult Failed(HypervisorCall call, string why, bool unknown = false) => new(call.Op, call.Machine, why, unknown);

    private async Task<HypervisorResult> CreateAsync(CreatePaused call)
    {
        await Cleared(call.Machine).ConfigureAwait(false);
        var (active, why) = await DisksAsync(call).ConfigureAwait(false);
        if (why is not null)
        {
            return Failed(call, why);
        }

        var place = new MachinePlace(call.Folder, _options.GuestBridge, _options.Acceleration, _options.NativeIo) { Active = active };
        var qemu = await _libvirt.StartPausedAsync(call.Definition, call.Epoch, place, _options.StartDeadline).ConfigureAwait(false);
        await Attach(qemu).QmpAsync(_options.QmpDeadline).ConfigureAwait(false);
        return Done(call) with { Pid = qemu.Process.Pid };
    }

    /// <summary>The files that its disks consist of, each looked at before QEMU opens it; or the sentence about the one that is not as it was.</summary>
    private static async Task<(ImmutableArray<ActiveFile> Active, string? Why)> DisksAsync(CreatePaused call)
    {
        try
        {
            var active = await BlockingWork.RunAsync($"looking at the disks of {call.Definition.Name}", DisksLimit, () => new ChainFolder(call.Folder).ForStart(call.Definition, call.Epoch)).ConfigureAwait(false);
            return (active, await TopFiles.DamageAsync(call.Folder, active, CheckLimit).ConfigureAwait(false));
        }
        catch (Exception e) when (e is ChainException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            return ([], e.Message);
        }
    }

    private async Task<HypervisorResult> ChangeDisksAsync(ChangeDisks call)
    {
        if (!call.Runs)
        {
            // Safety: the core has the right and knows of no process; a process that it does not know must not have its disks changed under it.
            return Find(call.Machine) is null ? Ended(call, await _disks.RunAsync(call, null).ConfigureAwait(false)) : Failed(call, "it has a QEMU process on this host that was not expected; see 'holdfast explain'");
        }

        return Find(call.Machine) is { } machine && !_moves.ContainsKey(call.Machine)
            ? Ended(call, await _disks.RunAsync(call, new LibvirtDisks(_libvirt, _agents, machine, call.Folder, _options, _paths)).ConfigureAwait(false))
            : Failed(call, "it has no QEMU process on this host, or a migration of it is open");
    }

    private static HypervisorResult Ended(ChangeDisks call, string? failure) => new(call.Op, call.Machine, failure);

    private async Task<HypervisorResult> ContinueAsync(Continue call)
    {
        if (Find(call.Machine) is not { } machine)
        {
            return Failed(call, "it has no QEMU process on this host");
        }

        var qmp = await machine.QmpAsync(_options.QmpDeadline).ConfigureAwait(false);
        machine.Times?.Mark("cont");
        await qmp.ContAsync(_options.QmpDeadline).ConfigureAwait(false);

        // By itself QEMU announces only what came by a migration, and that when it arrives, while its port is still closed.
        Announce(call.Machine, qmp);
        if (machine.Arrived)
        {
            machine.Arrived = false;

            // The copy is not bound to the connection that Finish was asked on any more; ending it earlier would cost the hand-over time.
            _ = EndMoveAsync(call.Machine).AsTask();
        }

        return Done(call);
    }

    private async Task<HypervisorResult> ShutDownAsync(ShutDown call)
    {
        // Safety: before the button is pressed. An agent that starts in between would take the guest's end for somebody's wish.
        if (call.StaysWanted && Find(call.Machine) is { } machine)
        {
            ProcessMark.LetGo.Set(_paths, machine.Qemu);
        }

        return await _libvirt.ShutdownAsync(call.Machine, _options.CallDeadline).ConfigureAwait(false) ? Done(call) : Failed(call, "libvirt knows no such domain on this host");
    }

    private async Task<HypervisorResult> EndAsync(End call)
    {
        var attached = _attached.GetValueOrDefault(call.Machine);
        var ends = await _connection.Threads.Run("ending a QEMU process", _options.EndDeadline + TimeSpan.FromSeconds(1), () => KillAll(call.Machine, attached)).ConfigureAwait(false);
        if (!ends)
        {
            return Failed(call, $"its QEMU process is still there {_options.EndDeadline.TotalSeconds:0} s after SIGKILL", unknown: true);
        }

        // While a migration's job is open its own steps clear the domain away; any other call would queue behind them.
        if (_moves.GetValueOrDefault(call.Machine) is not { Finished: false })
        {
            _ = EndMoveAsync(call.Machine).AsTask();
            _clearing[call.Machine] = ClearAsync(call.Machine);
        }

        return Done(call);
    }

    private async Task<HypervisorResult> PulseAsync(TakePulse call) => Find(call.Machine) is not { } machine
        ? Failed(call, "it has no QEMU process on this host")
        : await _pulses.TakeAsync(machine, _options.QmpDeadline).ConfigureAwait(false) is { } pulse
            ? Done(call) with { Pulse = pulse }
            : Failed(call, "its QEMU's threads cannot be read in /proc");

    private async Task<HypervisorResult> ReadAsync(ReadDomain call) => _moves.ContainsKey(call.Machine)
        ? Failed(call, "a migration of it is open")
        : Done(call) with { Xml = await _libvirt.XmlAsync(call.Machine, _options.CallDeadline).ConfigureAwait(false) };

    /// <summary>Only libvirt's word that something is missing is a failure; whatever else goes wrong is unknown.</summary>
    private async Task<HypervisorResult> CompareAsync(CompareCpu call)
    {
        try
        {
            return await _libvirt.MissingOfCpuAsync(call.Xml, _options.CallDeadline).ConfigureAwait(false) is { } missing ? Failed(call, missing) : Done(call);
        }
        catch (LibvirtException failure)
        {
            return Failed(call, failure.Message, unknown: true);
        }
    }

    private async Task<HypervisorResult> MeasureAsync(MeasureDirtyRate call)
    {
        if (Find(call.Machine) is not { } machine)
        {
            return Failed(call, "it has no QEMU process on this host");
        }

        if (call.MemoryMiB < MemoryMeter.LeastMiB)
        {
            return Failed(call, $"QEMU does not measure machines of less than {MemoryMeter.LeastMiB} MiB");
        }

        bool MayGoOn() => !_moves.ContainsKey(call.Machine);
        return MayGoOn()
            ? Done(call) with { Load = await MemoryMeter.TakeAsync(await machine.QmpAsync(_options.QmpDeadline).ConfigureAwait(false), machine.Qemu.Process.Pid, call.MemoryMiB, MayGoOn, _options.QmpDeadline).ConfigureAwait(false) }
            : Failed(call, "a migration of it is open");
    }

    private async Task<HypervisorResult> FindAsync(FindAll call)
    {
        var epochs = await EpochsAsync().ConfigureAwait(false);
        var processes = QemuProcess.Scan(_paths);
        foreach (var resting in processes.Where(qemu => ProcessMark.Quiesced.IsSet(_paths, qemu)).ToArray())
        {
            // An agent was killed while it took a snapshot; nobody waits for this.
            _ = new LibvirtDisks(_libvirt, _agents, Attach(resting), "", _options, _paths).ResumeAsync();
        }

        var found = await Task.WhenAll(processes.Select(async qemu => new FoundMachine(
            qemu.Machine, qemu.Name, epochs.GetValueOrDefault(qemu.Machine, qemu.SocketEpoch), qemu.Process.Pid, await RunsAsync(qemu).ConfigureAwait(false), ProcessMark.LetGo.IsSet(_paths, qemu)))).ConfigureAwait(false);
        return Done(call) with { Found = [.. found] };
    }

    /// <summary>Epochs from libvirt's metadata; none while libvirtd is away, then the epoch each process was started with has to do.</summary>
    private async Task<Dictionary<Guid, ulong>> EpochsAsync()
    {
        try
        {
            var domains = await _libvirt.ListAsync(_options.CallDeadline).ConfigureAwait(false);
            return domains.ToDictionary(static domain => domain.Id, static domain => domain.Epoch ?? 0);
        }
        catch (LibvirtException)
        {
            return [];
        }
    }

    /// <summary>False only when its CPUs are known to stand still; what cannot be asked is taken as running.</summary>
    private async Task<bool> RunsAsync(QemuProcess qemu)
    {
        var machine = Attach(qemu);
        if (new ThreadStates(qemu.Process.Pid).WaitAllStopped(TimeSpan.Zero) == StopResult.AllStopped)
        {
            return false;
        }

        try
        {
            var qmp = await machine.QmpAsync(_options.QmpDeadline).ConfigureAwait(false);
            return (await qmp.QueryStatusAsync(_options.QmpDeadline).ConfigureAwait(false)).Running;
        }
        catch (QmpException)
        {
            return true;
        }
    }

    private bool KillAll(Guid machine, AttachedMachine? attached)
    {
        var gone = attached is null || ProcessEnd.KillAndWait(attached.Qemu.Process, _options.EndDeadline).IsGone;

        // Also one that this agent has not met: the machine must have no process at all.
        foreach (var qemu in QemuProcess.Scan(_paths).Where(qemu => qemu.Machine == machine))
        {
            gone &= ProcessEnd.KillAndWait(qemu.Process, _options.EndDeadline).IsGone;
        }

        return gone;
    }

    private AttachedMachine Attach(QemuProcess qemu)
    {
        AttachedMachine machine;
        lock (_attaching)
        {
            if (_attached.TryGetValue(qemu.Machine, out var known) && known.Qemu.Process == qemu.Process)
            {
                return known;
            }

            var socket = _paths.Seen(_paths.QmpSocket(qemu.Name, qemu.SocketEpoch));
            machine = new AttachedMachine(qemu, socket, happened => Report(qemu.Machine, happened));
            _attached[qemu.Machine] = machine;
        }

        _ends.Add(qemu.Process, () => Ended(machine));
        return machine;
    }

    /// <summary>The machine's process: known, or found by the command lines (this agent has restarted).</summary>
    private AttachedMachine? Find(Guid id) => _attached.TryGetValue(id, out var known) && known.Qemu.Process.Exists
        ? known
        : QemuProcess.Scan(_paths).FirstOrDefault(qemu => qemu.Machine == id) is { } qemu ? Attach(qemu) : null;

    private void Ended(AttachedMachine machine)
    {
        _attached.TryRemove(KeyValuePair.Create(machine.Qemu.Machine, machine));
        machine.Dispose();
        ProcessMark.LetGo.Clear(_paths, machine.Qemu);
        ProcessMark.Quiesced.Clear(_paths, machine.Qemu);
        Happened?.Invoke(new MachineEvent(machine.Qemu.Machine, MachineEventKind.Gone));
    }

    private void Report(Guid machine, QmpEvent happened)
    {
        MachineEventKind? kind = happened switch
        {
            { Kind: QmpEventKind.Stop } => MachineEventKind.Stopped,
            { Kind: QmpEventKind.Resume } => MachineEventKind.Resumed,
            { Kind: QmpEventKind.Shutdown, Status: "guest-shutdown" } => MachineEventKind.GuestShutDown,
            { Kind: QmpEventKind.BlockIoError, Status: "stop" } => MachineEventKind.IoError,
            { Kind: QmpEventKind.Migration, Status: "completed" } => MachineEventKind.MigrationCompleted,
            { Kind: QmpEventKind.Migration, Status: "failed" or "cancelled" } => MachineEventKind.MigrationFailed,
            _ => null,
        };
        MarkArrival(machine, kind, happened.Received);
        if (kind is { } reported)
        {
            var detail = reported == MachineEventKind.IoError ? QmpLine.Text(happened.Data.Span, "node-name"u8) ?? "" : "";
            Happened?.Invoke(new MachineEvent(machine, reported, detail));
        }
    }

    private void MarkArrival(Guid machine, MachineEventKind? kind, long received)
    {
        if (kind is MachineEventKind.Resumed or MachineEventKind.MigrationCompleted && _attached.GetValueOrDefault(machine)?.Times is { } times)
        {
            times.Mark(kind == MachineEventKind.Resumed ? "resumed" : "completed", received);
        }
    }

    /// <summary>Waits until libvirt has forgotten a domain whose process has been ended, so that it can be created again.</summary>
    private Task Cleared(Guid machine) => _clearing.TryRemove(machine, out var clearing) ? clearing : Task.CompletedTask;

    private async Task ClearAsync(Guid machine)
    {
        try
        {
            await _libvirt.DestroyAsync(machine, _options.CallDeadline).ConfigureAwait(false);
        }
        catch (LibvirtException)
        {
            // libvirt clears it away itself when it sees QEMU's end; a start that comes too early says so.
        }
    }

    private void Announce(Guid machine, QmpClient qmp)
    {
        _ = qmp.AnnounceSelfAsync(_options.QmpDeadline).ContinueWith(
            static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        Announcing?.Invoke(machine);
    }
}
