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
    private const int StartsBeforeGivingUp = 3;
    private ulong startedEpoch;
    private bool busy;
    private bool killed;
    private bool guestShutDown;
    private int failures;
    private Moment notBefore;
    private Moment? shutDownAsked;

    public AreaKeeper Area => area;

    public Guid Id => id;

    public LocalPhase Phase { get; private set; }

    /// <summary>Epoch of the guard's grant.</summary>
    public ulong Epoch { get; private set; }

    public string Reason { get; private set; } = "";

    /// <summary>This host has failed to start it and leaves it to others until then.</summary>
    public Moment AvoidUntil { get; private set; }

    /// <summary>A move that has this machine as its source or target; the move then decides.</summary>
    public MoveOut? Leaving { get; set; }

    public MoveIn? Coming { get; set; }

    public bool HasProcess => Phase is not LocalPhase.None;

    /// <summary>Taken into view after a restart of the agent.</summary>
    public void Adopt(FoundMachine found, ulong grantedEpoch)
    {
        Phase = found.Running ? LocalPhase.Running : LocalPhase.Paused;
        Epoch = grantedEpoch;
        startedEpoch = grantedEpoch;
    }

    public void Rejoined(IReadOnlyList<Thawed> thawed)
    {
        if (thawed.FirstOrDefault(t => t.Machine == id) is { } mine)
        {
            Epoch = mine.Epoch;
            startedEpoch = mine.Epoch;
            Reason = "thawed: the table still gives it to this host";
        }
    }

    public void Happened(MachineEvent happened)
    {
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
                Phase = Phase == LocalPhase.Running ? LocalPhase.Paused : Phase;
                Reason = $"paused by QEMU on an I/O error of its disk {happened.Detail}";
                notBefore = context.Now + TimeSpan.FromSeconds(1);
                break;
            case MachineEventKind.Resumed when Phase == LocalPhase.Paused:
                Phase = LocalPhase.Running;
                Reason = "";
                break;
        }

        Leaving?.Happened(happened);
        Coming?.Happened(happened);
    }

    /// <summary>Wanted is stop already; end the process without asking the guest.</summary>
    public void Kill()
    {
        if (HasProcess && Phase != LocalPhase.Ending && Leaving is null && Coming is null)
        {
            EndProcess("killed by order");
        }
    }

    /// <summary>A move has ended with the machine here, running in this epoch.</summary>
    public void Arrived(ulong epoch)
    {
        (Phase, Epoch, startedEpoch, Coming, Reason) = (LocalPhase.Running, epoch, epoch, null, "");
    }

    /// <summary>A move here has begun: its process is the incoming one.</summary>
    public void Incoming(MoveIn move) => (Coming, Phase) = (move, LocalPhase.Paused);

    /// <summary>A move away has ended with the machine still here.</summary>
    public void Stays(ulong epoch) => (Epoch, startedEpoch, Leaving) = (epoch, epoch, null);

    /// <summary>The process was ended by a move.</summary>
    public void Left() => (Phase, Leaving, Coming) = (LocalPhase.None, null, null);

    public void Look(MachineEntry? entry)
    {
        if (busy || Leaving is not null || Coming is not null || context.Now < notBefore || area.State != AreaState.Ready)
        {
            return;
        }

        if (HasProcess && Epoch > area.Table.Version)
        {
            // A commit that this host heard of and has not read yet put the machine here: the older table has no say in it.
            area.PollSoon();
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
        else if (entry.Wanted == WantedState.Run)
        {
            BringUp(entry);
        }
        else
        {
            BringDown(entry);
        }
    }

    private void BringUp(MachineEntry entry)
    {
        shutDownAsked = null;
        switch (Phase)
        {
            case LocalPhase.None when entry.Epoch.Value == startedEpoch || entry.Epoch.Value <= area.StartedUpTo:
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

    private void BringDown(MachineEntry entry)
    {
        if (Phase == LocalPhase.None)
        {
            busy = true;
            area.Submit(new Release(entry.Machine, entry.Epoch, area.Life), _ => busy = false);
        }
        else if (Phase == LocalPhase.Paused)
        {
            EndProcess("it is to stop and its CPUs do not run");
        }
        else if (shutDownAsked is not { } asked || context.Now - asked > TimeSpan.FromSeconds(15))
        {
            shutDownAsked = context.Now;
            Reason = "shutting down: the guest was asked";
            busy = true;
            context.Out.Call(op => new ShutDown(op, id), result =>
            {
                busy = false;
                if (result.Failure is { } failure)
                {
                    Reason = $"the guest could not be asked to shut down: {failure}";
                }
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
        Reason = "starting";
        guestShutDown = false;
        killed = false;
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
                    Continue("started");
                }
            });
        });
    }

    private string FolderOf(string name) => $"{area.Path}/machines/{name}";

    private void Continue(string word)
    {
        busy = true;
        context.Out.Call(op => new Continue(op, id), result =>
        {
            busy = false;
            if (result.Failure is { } failure)
            {
                Phase = Phase == LocalPhase.Starting ? LocalPhase.Paused : Phase;
                notBefore = context.Now + TimeSpan.FromMilliseconds(500);
                Reason = $"its CPUs could not be started: {failure}";
                return;
            }

            (Phase, failures, Reason) = (LocalPhase.Running, 0, "");
            context.Say(word, $"{context.NameOf(id)} runs on {context.Settings.Host} in epoch {Epoch}", id, context.Settings.Host, area.Name);
        });
    }

    private void Regrant(ulong epoch, Action then)
    {
        busy = true;
        context.Out.Guard(new Grant(id, epoch, [area.Name], null), refusal =>
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
                notBefore = context.Now + TimeSpan.FromMilliseconds(200);
                Reason = $"the guard refused: {refusal}";
            }
        });
    }

    /// <summary>A start that failed never ran a guest instruction, so nothing has to drain.</summary>
    private void Failed(string why, bool created)
    {
        // The store still holds the dead owner's image lock for a while: that is waiting, not failing.
        var locked = why.Contains("Is another process using the image", StringComparison.Ordinal) || why.Contains("Failed to get", StringComparison.Ordinal);
        failures += locked ? 0 : 1;
        Reason = locked ? "waiting for the store to release the image lock of the host before" : $"start failed: {why}";
        notBefore = context.Now + (locked ? TimeSpan.FromMilliseconds(150) : TimeSpan.FromSeconds(1));
        if (!locked || failures == 0)
        {
            context.Say("start-failed", $"{context.NameOf(id)} did not start on {context.Settings.Host}: {why}", id, context.Settings.Host, area.Name);
        }

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
                GiveUpAfterTooMany();
            }
            else
            {
                Phase = LocalPhase.Paused;
            }
        });
    }

    private void GiveUpAfterTooMany()
    {
        if (failures < StartsBeforeGivingUp || area.Table.Machine(new MachineId(id)) is not { State: LeaseState.Held } entry || entry.Owner != area.Life)
        {
            return;
        }

        failures = 0;
        AvoidUntil = context.Now + TimeSpan.FromSeconds(60);
        busy = true;
        area.Submit(new Release(entry.Machine, entry.Epoch, area.Life), _ => busy = false);
        context.Say("released", $"{context.NameOf(id)} failed to start {StartsBeforeGivingUp} times on {context.Settings.Host} and is left to the others for a minute", id, context.Settings.Host, area.Name);
    }

    private void CancelOrphan(MachineEntry entry)
    {
        // The agent was restarted in the middle of a move: the source decides, and it keeps what it has (DESIGN §6.5).
        busy = true;
        context.Say("kept", $"the move of {context.NameOf(id)} was interrupted by a restart of the agent; it stays on {context.Settings.Host}", id, context.Settings.Host, area.Name);
        context.Out.Call(op => new AbortMove(op, id, Guid.Empty), _ =>
            area.Submit(new CancelMove(entry.Machine, entry.Epoch, area.Life), _ =>
            {
                busy = false;
                Phase = HasProcess ? LocalPhase.Paused : LocalPhase.None;
            }));
    }

    private void EndProcess(string why)
    {
        busy = true;
        killed = true;
        Phase = LocalPhase.Ending;
        context.Say("ended", $"the process of {context.NameOf(id)} on {context.Settings.Host} is ended: {why}", id, context.Settings.Host, area.Name);
        context.Out.Call(op => new End(op, id), result =>
        {
            busy = false;
            if (result.Failure is { } failure)
            {
                Phase = LocalPhase.Paused;
                Reason = $"its process could not be ended: {failure}";
                notBefore = context.Now + TimeSpan.FromSeconds(1);
                return;
            }

            Gone(clean: false);
        });
    }

    private void Gone(bool clean)
    {
        var wasStarting = Phase == LocalPhase.Starting;
        Phase = LocalPhase.None;
        Reason = clean ? "the guest shut down" : killed ? "its process was ended" : "its process died";
        context.Out.Guard(new Revoke(id, Epoch), _ => { });
        if (clean || wasStarting)
        {
            if (clean && area.Table.Machine(new MachineId(id)) is { Wanted: WantedState.Run } && Leaving is null)
            {
                context.Say("stopped", $"{context.NameOf(id)} was shut down from inside; it stays off until somebody starts it", id, context.Settings.Host, area.Name);
                area.Submit(new SetWanted(new MachineId(id), WantedState.Stop, area.Life), _ => { });
            }

            return;
        }

        // Safety: what a killed process had in flight may still land until drain has passed; only then is it Gone (DESIGN §4, End).
        notBefore = context.Now + area.Drain;
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
