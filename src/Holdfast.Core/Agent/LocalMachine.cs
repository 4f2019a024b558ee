using System.Collections.Immutable;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// One machine's process on this host, brought to what the lease table says (level-triggered: every look starts from the whole present state).
/// </summary>
internal sealed class LocalMachine(AgentContext context, AreaKeeper area, Guid id)
{
    /// <summary>Between two tries while the store holds an image's lock: it clears within milliseconds of its former user's end, or when the server has noticed a host's death.</summary>
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(150);
    private const int StartsBeforeGivingUp = 3;

    /// <summary>A machine that has run for this long has started well; its next death is not held against this host.</summary>
    private static readonly TimeSpan Stable = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PauseStep = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstAvoidance = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestAvoidance = TimeSpan.FromMinutes(2);

    /// <summary>A guest that is to run elsewhere may take this long to shut down.</summary>
    private static readonly TimeSpan LetGoLimit = TimeSpan.FromSeconds(60);

    /// <summary>A guest that ends within this after it was asked to, for another host's sake, has obeyed: nobody wished it off.</summary>
    private static readonly TimeSpan LetGoEcho = TimeSpan.FromMinutes(10);

    /// <summary>Less important ones wait for this long at most while one starts; a start that hangs must not hold them up.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromSeconds(1);

    /// <summary>The last epoch in which a process was, or may have been, made here. The guard knows what an earlier agent was granted.</summary>
    private ulong startedEpoch = context.Guarded(id)?.Epoch ?? 0;
    private bool busy;
    private bool killed;
    private bool killAsked;

    /// <summary>Its CPUs may have executed since its process was made, so that its writes may be under way.</summary>
    private bool ran;

    /// <summary>It stands still, and this agent does not know whether the machine has run elsewhere since: it goes on only in the epoch it was granted.</summary>
    private bool doubtful;
    private bool guestShutDown;

    /// <summary>Its process may still be stopped from the end of a move, so that QEMU answers nothing before a thaw.</summary>
    private bool mayBeFrozen;

    /// <summary>QEMU has said that its CPUs stopped, and not since then that they run. It may say so before the answer to the order that started them.</summary>
    private bool stopped;

    /// <summary>Starts here that failed or did not last, since one did.</summary>
    private int failures;
    private bool gaveUp;
    private Moment startBegan;
    private bool saidLocked;
    private Moment notBefore;
    private Moment driesAt;
    private Moment? shutDownAsked;

    /// <summary>Its host shuts it down since then so that another one can run it; it is still wanted.</summary>
    private Moment? lettingGo;

    /// <summary>Its guest was asked to shut down so that another host runs it.</summary>
    private Moment? letGoAsked;
    private LeaseTable? entryOf;
    private MachineEntry? entry;

    public AreaKeeper Area => area;

    public int Priority => context.Definitions.TryGetValue(id, out var definition) ? definition.Priority : 0;

    public Guid Id => id;

    /// <summary>Its entry in the present table, or null. Asked for in every step, and looked up once for each version of the table.</summary>
    public MachineEntry? Entry
    {
        get
        {
            if (!ReferenceEquals(entryOf, area.Table))
            {
                (entryOf, entry) = (area.Table, area.Table.Machine(new MachineId(id)));
            }

            return entry;
        }
    }

    public LocalPhase Phase { get; private set; }

    /// <summary>Epoch of the guard's grant.</summary>
    public ulong Epoch { get; private set; }

    public string Reason { get; private set; } = "";

    /// <summary>This host has failed to start it and leaves it to others until then.</summary>
    public Moment AvoidUntil { get; private set; }

    /// <summary>When it came here by a live migration, or, if an earlier agent may have seen that, when this one first saw it; null: it did not.</summary>
    public Moment? ArrivedAt { get; private set; }

    /// <summary>It is wanted and not up because it failed here; <see cref="Reason"/> says how. It is tried again after a pause.</summary>
    public bool IsFailing => Phase == LocalPhase.None && failures > 1 && (context.Now < notBefore || context.Now < AvoidUntil);

    /// <summary>A move that has this machine as its source or target; the move then decides.</summary>
    public MoveOut? Leaving { get; set; }

    public MoveIn? Coming { get; set; }

    /// <summary>Its guest is being shut down so that another host starts it.</summary>
    public Relocation? Relocating { get; set; }

    /// <summary>
    /// The files of its disks are being changed: words for what is done. Until then it is neither started, stopped, moved nor given back here; whether its process may run is the
    /// guard's alone, as ever.
    /// </summary>
    public string? DiskWork { get; set; }

    /// <summary>Everything that its future depends on, moments apart: for the state search.</summary>
    internal string Form =>
        $"{Phase} {Epoch} {startedEpoch} {busy} {killed} {killAsked} {ran} {doubtful} {mayBeFrozen} {stopped} {guestShutDown} {failures} {gaveUp} {context.Now < notBefore} {shutDownAsked is null} {lettingGo is null} {letGoAsked is null} {Relocating is null} {DiskWork is null} [{Leaving?.Form}] [{Coming?.Form}]";

    public bool HasProcess => Phase is not LocalPhase.None;

    /// <summary>It has no process here that this agent knows of, and no call is under way that may make one.</summary>
    public bool IsIdle => !HasProcess && !busy && DiskWork is null && Leaving is null && Coming is null;

    /// <summary>A write that ended with an error may still land until drain has passed, and must not land after the machine has gone on elsewhere.</summary>
    public bool IsQuiet => context.Now >= driesAt;

    /// <summary>No process, and nothing of an earlier one can still land on the store.</summary>
    public bool IsGone => !HasProcess && DiskWork is null && context.Now >= notBefore;

    /// <summary>What a killed process had in flight may still land for this long.</summary>
    private TimeSpan Drain => context.Settings.Lacks(AgentFlaws.GoneWithoutDrain) ? TimeSpan.Zero : area.Drain;

    /// <summary>Taken into view after a restart of the agent.</summary>
    public void Adopt(FoundMachine found, ulong grantedEpoch)
    {
        Phase = found.Running ? LocalPhase.Running : LocalPhase.Paused;
        Epoch = grantedEpoch;
        startedEpoch = grantedEpoch;
        (ran, doubtful, mayBeFrozen, letGoAsked) = (true, true, true, found.LetGo ? context.Now : null);
        ArrivedAt = Entry is { } known && known.GivenFrom != Leases.Epoch.None ? context.Now : null;
    }

    public void Rejoined(IReadOnlyList<Thawed> thawed)
    {
        if (thawed.FirstOrDefault(t => t.Machine == id) is { } mine)
        {
            Epoch = mine.Epoch;
            startedEpoch = mine.Epoch;
            doubtful = false;
            Reason = "thawed: the table still gives it to this host";
        }
        else if (HasProcess)
        {
            // The guard kills it; it is over when the hypervisor says so.
            Phase = LocalPhase.Ending;
        }
    }

    public void Happened(MachineEvent happened)
    {
        stopped = happened.Kind is MachineEventKind.Stopped or MachineEventKind.IoError || (stopped && happened.Kind != MachineEventKind.Resumed);
        switch (happened.Kind)
        {
            case MachineEventKind.Gone when Phase != LocalPhase.Ending:
                Gone(clean: guestShutDown);
                break;
            case MachineEventKind.GuestShutDown:
                guestShutDown = true;
                break;
            case MachineEventKind.Stopped when Phase == LocalPhase.Running:
                Phase = LocalPhase.Paused;
                break;
            case MachineEventKind.IoError:
                driesAt = context.Now + Drain;
                Phase = Phase == LocalPhase.Running ? LocalPhase.Paused : Phase;
                Reason = $"paused by QEMU on an I/O error of its disk {happened.Detail}";
                notBefore = context.Now + TimeSpan.FromSeconds(1);
                break;
            case MachineEventKind.Resumed when Phase == LocalPhase.Paused:
                Phase = LocalPhase.Running;
                ran = true;
                Reason = "";
                break;
        }

        Leaving?.Happened(happened);
        Coming?.Happened(happened);
    }

    /// <summary>Wanted is stop already; end the process without asking the guest.</summary>
    public void Kill()
    {
        // Safety: one that is just being made has no process that could be ended; its start is waited for.
        killAsked = HasProcess;
    }

    /// <summary>It has a process here and nothing is under way with it.</summary>
    public bool IsSettled => HasProcess && !busy && DiskWork is null && Leaving is null && Coming is null && context.Now >= notBefore;

    /// <summary>It is wanted and held here, its CPUs run, and nothing is under way with it: what its guest does now is the guest's own doing.</summary>
    public bool RunsUndisturbed =>
        Phase == LocalPhase.Running && IsSettled && !IsLeavingCold && area.State == AreaState.Ready
        && Entry is { Wanted: WantedState.Run, State: LeaseState.Held } held && held.IsHeldBy(area.Life) && held.Epoch.Value == Epoch;

    /// <summary>The machine cannot go on as it is: its process is ended, unless something is under way with it. What follows is what the lease table says then.</summary>
    public void EndAsHopeless(string why)
    {
        if (IsSettled)
        {
            EndProcess(why);
        }
    }

    /// <summary>Whether it is shut down and its right given back, although it is wanted: it would be reached elsewhere.</summary>
    public void LetGo(bool now)
    {
        if (now && lettingGo is null && Entry is { Wanted: WantedState.Run } held && held.IsHeldBy(area.Life))
        {
            context.Say(
                "releasing", $"{context.NameOf(id)} is shut down on {context.Settings.Host}, which is isolated and has no guest network, so that a host where it is reached can run it (policy release)",
                id, context.Settings.Host, area.Name);
        }

        lettingGo = now ? lettingGo ?? context.Now : null;
    }

    /// <summary>Somebody starts it, or has stopped it: what failed before counts no more.</summary>
    public void Forgive()
    {
        (failures, gaveUp) = (0, false);
        AvoidUntil = Moment.Zero;
    }

    /// <summary>A move has ended with the machine here in this epoch; not <paramref name="running"/>: nobody knows whether its CPUs were started.</summary>
    public void Arrived(ulong epoch, bool running)
    {
        (Phase, Epoch, startedEpoch, Coming, Reason) = (running ? LocalPhase.Running : LocalPhase.Paused, epoch, epoch, null, "");
        (ran, killed, guestShutDown, doubtful, letGoAsked) = (true, false, false, false, null);
        ArrivedAt = context.Now;
    }

    /// <summary>A move here has begun: its process is the incoming one.</summary>
    public void Incoming(MoveIn move) => (Coming, Phase) = (move, LocalPhase.Paused);

    /// <summary>A move away has ended with the machine still here; not <paramref name="runs"/>: its CPUs may stand still, and are started again.</summary>
    public void Stays(ulong epoch, bool runs)
    {
        (Epoch, startedEpoch, Leaving, mayBeFrozen) = (epoch, epoch, null, true);
        Phase = Phase == LocalPhase.Running && !runs ? LocalPhase.Paused : Phase;
    }

    /// <summary>A move away has ended, and nobody knows whether the commit of its hand-over was chosen. The copy here stays as it is until the table says.</summary>
    public void StaysInDoubt() => (Phase, Leaving, doubtful, mayBeFrozen) = (HasProcess ? LocalPhase.Paused : LocalPhase.None, null, true, true);

    /// <summary>The process was ended by a move; not <paramref name="gone"/>: it does not die and is ended again until it does.</summary>
    /// <param name="ranIn">The epoch in which it may have executed here, or 0.</param>
    public void Left(bool gone, ulong ranIn = 0)
    {
        (Phase, Leaving, Coming, ran) = (gone ? LocalPhase.None : LocalPhase.Ending, null, null, ranIn > 0);
        if (ran)
        {
            startedEpoch = ranIn;
            notBefore = context.Now + Drain;
        }
    }

    public void Look(MachineEntry? entry)
    {
        if (failures > 0 && entry is { Wanted: WantedState.Stop })
        {
            Forgive();
        }

        if (area.State == AreaState.Expired && IsTaken(entry))
        {
            // It could never go on, and QEMU's lock of its image may keep its new owner from starting it for as long as this host is not let back in.
            EndAsHopeless($"its right here has expired, and the table gives it to {context.NameOf(entry!.Owner!.Value.Slot)}");
            return;
        }

        if (busy || DiskWork is not null || Leaving is not null || Coming is not null || context.Now < notBefore || area.State != AreaState.Ready)
        {
            return;
        }

        if (Phase == LocalPhase.Ending)
        {
            // Safety: a process that was to be ended is never used again, whatever the table says by now: the machine may have run elsewhere since.
            EndProcess("it did not end at the first try");
            return;
        }

        if (area.Table.Version < Epoch)
        {
            // The epoch was told by a peer, or granted to an earlier agent; the table here is older and says nothing about this process.
            area.PollSoon();
            return;
        }

        if (HasProcess && entry is { State: LeaseState.Moving } && entry.Target == area.Life)
        {
            // The copy of a move whose agent here died. libvirt's Finish may still be taking it over, and its source may be committing just now, so it stays as it is until the
            // table says who has the machine.
            return;
        }

        if (entry is null || !entry.IsHeldBy(area.Life))
        {
            if (HasProcess)
            {
                EndProcess(entry?.Owner is { } owner ? $"the table gives it to {context.NameOf(owner.Slot)}" : "the table gives it to nobody");
            }

            return;
        }

        if (entry.State == LeaseState.Moving)
        {
            CancelOrphan(entry);
        }
        else if (doubtful && !context.Settings.MoveFlaws.HasFlag(MoveFlaws.ResumesInDoubt) && Phase == LocalPhase.Paused && entry.Epoch.Value != Epoch && entry.GivenFrom.Value != Epoch)
        {
            EndProcess($"it stands still since epoch {Epoch}, and the machine may have run elsewhere before epoch {entry.Epoch}");
        }
        else if (entry.Wanted == WantedState.Run && (!IsLeavingCold || CanStillShutDown))
        {
            BringUp(entry);
        }
        else
        {
            BringDown(entry);
        }
    }

    /// <summary>Another host owns it, in a later epoch than the process here was granted: no commit gives this process its right back.</summary>
    private bool IsTaken(MachineEntry? entry) =>
        entry is { Owner: { } owner } && owner.Slot.Value != context.Settings.Slot && entry.Epoch.Value > Epoch && (entry.State != LeaseState.Moving || entry.Target != area.Life);

    private void BringUp(MachineEntry entry)
    {
        (shutDownAsked, killAsked) = (null, false);
        switch (Phase)
        {
            case LocalPhase.None when context.FreeMemoryMiB < 0 && context.IsMeasured:
                // Others gave it to this host by what its slot said a moment before; several may have done so at once.
                LeaveToOthers(entry, TimeSpan.FromSeconds(5));
                context.Say("released", $"{context.NameOf(id)} is left to the others: {context.Settings.Host} has no room for it", id, context.Settings.Host, area.Name);
                break;
            case LocalPhase.None when failures >= StartsBeforeGivingUp:
                GiveUp(entry);
                break;
            case LocalPhase.None when IsOutranked:
                Reason = "waits while a more important machine starts";
                break;
            case LocalPhase.None when (entry.Epoch.Value == startedEpoch || entry.Epoch.Value <= area.StartedUpTo) && !context.Settings.Lacks(AgentFlaws.StartsAgainInOneEpoch):
                // Safety: every start of a QEMU process is a commit of its own (DESIGN §3, rule 5).
                busy = true;
                area.Submit(new Restart(entry.Machine, entry.Epoch, area.Life), _ => busy = false);
                break;
            case LocalPhase.None:
                Start(entry);
                break;
            case LocalPhase.Paused:
                Regrant(entry.Epoch.Value, () => Continue("resumed"));
                break;
            case LocalPhase.Running when Epoch != entry.Epoch.Value:
                Regrant(entry.Epoch.Value, () => busy = false);
                break;
        }
    }

    /// <summary>It is to be shut down and stands still, e.g. because it was thawed just now: only a guest that runs can hear.</summary>
    private bool CanStillShutDown => Phase == LocalPhase.Paused && !guestShutDown && !IsLetGoOverdue;

    private bool HasObeyed => letGoAsked is { } asked && context.Now - asked < LetGoEcho;

    private bool IsLeavingCold => lettingGo is not null || Relocating is not null;

    private bool IsLetGoOverdue => lettingGo is { } since && context.Now - since > LetGoLimit;

    private bool IsOutranked => context.LocalInOrder.Any(other =>
        other.Priority > Priority && other.Phase == LocalPhase.Starting && context.Now - other.startBegan < HeadStart);

    private void BringDown(MachineEntry entry)
    {
        // A person's stop waits for the guest for as long as it takes, whatever has become of this host meanwhile.
        var isLetGo = entry.Wanted == WantedState.Run;
        if (Phase == LocalPhase.None && isLetGo && Relocating is { } relocation)
        {
            HandOn(entry, relocation);
        }
        else if (Phase == LocalPhase.None)
        {
            busy = true;
            area.Submit(new Release(entry.Machine, entry.Epoch, area.Life), _ => busy = false);
        }
        else if (Phase == LocalPhase.Paused || killAsked || (isLetGo && IsLetGoOverdue))
        {
            EndProcess(killAsked ? "killed by order" : Phase == LocalPhase.Paused ? "it is to stop and its CPUs do not run" : $"its guest has not shut down within {LetGoLimit.TotalSeconds:0} s");
        }
        else if (shutDownAsked is not { } asked || context.Now - asked > TimeSpan.FromSeconds(15))
        {
            shutDownAsked = context.Now;
            letGoAsked = isLetGo ? context.Now : letGoAsked;
            Reason = "shutting down: the guest was asked";
            busy = true;
            context.Out.Call(op => new ShutDown(op, id, isLetGo), result =>
            {
                busy = false;
                if (result.Failure is { } failure)
                {
                    Reason = $"the guest could not be asked to shut down: {failure}";
                }
            });
        }
    }

    private void HandOn(MachineEntry entry, Relocation relocation)
    {
        // Safety: a write that ended with an error may still land, and must not after another host has started the machine.
        if (IsQuiet && relocation.Taker() is { } taker)
        {
            busy = true;
            area.Submit(new HandOn(entry.Machine, entry.Epoch, taker, area.Life), outcome =>
            {
                busy = false;
                relocation.HandedOn(outcome);
            });
        }
    }

    private void Start(MachineEntry entry)
    {
        if (!context.Definitions.TryGetValue(id, out var definition))
        {
            Reason = $"its definition was not found on datastore {area.Name}";
            return;
        }

        busy = true;
        startedEpoch = entry.Epoch.Value;
        Phase = LocalPhase.Starting;
        startBegan = context.Now;
        Reason = "starting";
        (guestShutDown, killed, ran, doubtful, mayBeFrozen, letGoAsked) = (false, false, false, false, false, null);
        var epoch = entry.Epoch.Value;

        // Intent before act: granted first, or the guard would freeze the new process at its next look.
        context.Out.Guard(new Grant(id, epoch, [area.Name], null), refusal =>
        {
            if (refusal is not null)
            {
                Failed($"the guard refused: {refusal}", created: false);
                return;
            }

            Epoch = epoch;
            context.Out.Call(op => new CreatePaused(op, definition, FolderOf(definition.Name), epoch), result =>
            {
                if (result.Failure is { } failure)
                {
                    Failed(failure, created: true);
                }
                else
                {
                    Created(epoch);
                }
            });
        });
    }

    /// <summary>
    /// Safety: making a process may have taken long, e.g. in a libvirt that hung. The right may have expired meanwhile, the machine may have been given away, and the
    /// guard sees a new process only at its next look: so its CPUs are started by a grant that is younger than the process (S154, S155).
    /// </summary>
    private void Created(ulong epoch)
    {
        if (context.Settings.Lacks(AgentFlaws.StartsByAnOldGrant))
        {
            Continue("started");
            return;
        }

        if (Phase == LocalPhase.Starting && Entry is { } held && held.IsHeldBy(area.Life) && held.Epoch.Value == epoch)
        {
            Regrant(epoch, () => Continue("started"));
            return;
        }

        busy = false;
        StandsStill();
    }

    /// <summary>Its process was made and its CPUs are not started; the next look decides.</summary>
    private void StandsStill() => (Phase, mayBeFrozen) = (Phase == LocalPhase.Starting ? LocalPhase.Paused : Phase, true);

    public string FolderOf(string name) => $"{area.Path}/machines/{name}";

    private void Continue(string word)
    {
        (busy, ran, stopped) = (true, true, false);
        if (mayBeFrozen)
        {
            // Safety: only here, right after the guard has granted it. A SIGCONT after an expiry would undo the guard's freeze.
            context.Out.Call(op => new Thaw(op, id), _ => StartCpus(word));
        }
        else
        {
            StartCpus(word);
        }
    }

    private void StartCpus(string word) =>
        context.Out.Call(op => new Continue(op, id), result =>
        {
            busy = false;
            if (!HasProcess)
            {
                // It has died, and that was told before this answer.
                return;
            }

            if (result.Failure is { } failure)
            {
                StandsStill();
                notBefore = context.Now + (IsImageLocked(failure) ? LockPause : TimeSpan.FromMilliseconds(500));
                Reason = $"its CPUs could not be started: {failure}";
                return;
            }

            (Phase, doubtful, mayBeFrozen, saidLocked) = (stopped ? LocalPhase.Paused : LocalPhase.Running, false, false, false);
            Reason = stopped ? Reason : "";
            context.Say(word, $"{context.NameOf(id)} runs on {context.Settings.Host} in epoch {Epoch}", id, context.Settings.Host, area.Name);
        });

    private void Regrant(ulong epoch, Action then)
    {
        busy = true;
        context.Grant(id, epoch, area.Name, refusal =>
        {
            busy = false;
            if (refusal is null)
            {
                Epoch = epoch;
                startedEpoch = epoch;
                then();
            }
            else
            {
                StandsStill();
                notBefore = context.Now + TimeSpan.FromMilliseconds(200);
                Reason = $"the guard did not let it run: {refusal}";
            }
        });
    }

    private static bool IsImageLocked(string why) =>
        why.Contains("Is another process using the image", StringComparison.Ordinal) || why.Contains("Failed to get", StringComparison.Ordinal);

    /// <summary>A start that failed never ran a guest instruction, so nothing has to drain.</summary>
    private void Failed(string why, bool created)
    {
        // The store still holds the dead owner's image lock for a while: that is waiting, not failing.
        var locked = IsImageLocked(why);
        failures += locked ? 0 : 1;
        Reason = locked ? "waiting for the store to release the image lock of the host before" : $"start failed: {why}";
        notBefore = context.Now + (locked ? LockPause : TimeSpan.FromSeconds(1));
        if (!locked || !saidLocked)
        {
            context.Say("start-failed", $"{context.NameOf(id)} did not start on {context.Settings.Host}: {why}", id, context.Settings.Host, area.Name);
        }

        saidLocked = locked;
        if (!created)
        {
            (busy, Phase) = (false, LocalPhase.None);
            return;
        }

        context.Out.Call(op => new End(op, id), result =>
        {
            busy = false;
            if (result.Failure is null)
            {
                Phase = LocalPhase.None;
            }
            else
            {
                Phase = LocalPhase.Ending;
            }
        });
    }

    /// <summary>Its next try here, if no other host takes it, is one only.</summary>
    private void GiveUp(MachineEntry entry)
    {
        var avoidance = gaveUp ? LongestAvoidance : FirstAvoidance;
        (failures, gaveUp) = (StartsBeforeGivingUp - 1, true);
        LeaveToOthers(entry, avoidance);
        context.Say(
            "released", $"{context.NameOf(id)} is left to the others for {avoidance.TotalSeconds:0} s: on {context.Settings.Host} it failed again and again, at last: {Reason}", id, context.Settings.Host, area.Name);
    }

    private void LeaveToOthers(MachineEntry entry, TimeSpan time)
    {
        AvoidUntil = context.Now + time;
        busy = true;
        area.Submit(new Release(entry.Machine, entry.Epoch, area.Life), _ => busy = false);
    }

    private void CancelOrphan(MachineEntry entry)
    {
        // The agent was restarted in the middle of a move: the source decides, and it keeps what it has (DESIGN §6.5).
        busy = true;
        context.Say("kept", $"the move of {context.NameOf(id)} was interrupted by a restart of the agent; it stays on {context.Settings.Host}", id, context.Settings.Host, area.Name);
        context.Out.Call(op => new AbortMove(op, id, Guid.Empty), _ =>
            area.Submit(new CancelMove(entry.Machine, entry.Epoch, area.Life), outcome =>
            {
                busy = false;
                var kept = outcome is CommandOutcome.Done done ? done.Epoch.Value : context.Settings.Lacks(AgentFlaws.KeepsWhatWasGiven) ? entry.Epoch.Value : 0;
                if (kept > 0 && HasProcess)
                {
                    (Phase, Epoch, doubtful, mayBeFrozen) = (LocalPhase.Paused, kept, false, true);
                    Regrant(kept, () => Continue("resumed"));
                }
            }));
    }

    /// <summary>A process of it is here that a call has made after it was given up.</summary>
    public void EndOrphan(ulong grantedEpoch)
    {
        Invariant.That(IsIdle, "A process that is still used was taken for one that belongs to nobody.");
        Epoch = Math.Max(Epoch, grantedEpoch);
        EndProcess("it belongs to nobody: a call that was given up has made it later, and the table does not give the machine to this host");
    }

    private void EndProcess(string why)
    {
        busy = true;
        killed = true;
        if (Phase != LocalPhase.Ending)
        {
            context.Say("ended", $"the process of {context.NameOf(id)} on {context.Settings.Host} is ended: {why}", id, context.Settings.Host, area.Name);
        }

        Phase = LocalPhase.Ending;
        context.Out.Call(op => new End(op, id), result =>
        {
            busy = false;
            if (result.Failure is { } failure)
            {
                Reason = $"its process could not be ended: {failure}";
                notBefore = context.Now + TimeSpan.FromSeconds(1);
                return;
            }

            Gone(clean: false);
        });
    }

    private void Gone(bool clean)
    {
        Phase = LocalPhase.None;
        (killAsked, doubtful) = (false, false);
        Reason = clean ? "the guest shut down" : killed ? "its process was ended" : "its process died";
        context.Out.Guard(new Revoke(id, Epoch), _ => { });
        if (clean || !ran)
        {
            // Safety: a guest that shuts down leaves nothing behind, but a write of it that had failed before may still land.
            notBefore = Moment.Later(notBefore, driesAt);
            if (clean && !HasObeyed && area.Table.Machine(new MachineId(id)) is { Wanted: WantedState.Run } && Leaving is null)
            {
                context.Say("stopped", $"{context.NameOf(id)} was shut down from inside; it stays off until somebody starts it", id, context.Settings.Host, area.Name);
                area.Submit(new SetWanted(new MachineId(id), WantedState.Stop, area.Life), _ => { });
            }

            return;
        }

        // Safety: what a killed process had in flight may still land until drain has passed; only then is it Gone (DESIGN §4, End).
        notBefore = context.Now + Drain;
        if (!killed && Leaving is null)
        {
            Died();
        }
    }

    private void Died()
    {
        failures = context.Now - startBegan < Stable ? failures + 1 : 1;
        notBefore = Moment.Later(notBefore, context.Now + (PauseStep * (failures - 1)));
        Reason = failures > 1 ? $"its process died soon after its start, {failures} times in a row" : Reason;
    }
}

/// <summary>What this host's process of a machine is doing.</summary>
internal enum LocalPhase
{
    None,
    Starting,
    Running,

    /// <summary>The process lives, its CPUs do not run.</summary>
    Paused,
    Ending,
}
