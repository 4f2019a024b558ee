using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>
/// One live migration on its source host (DESIGN §6). The source decides: until its own commit of Held(target) it may always keep the machine,
/// and after that commit it never lets its copy run again.
/// </summary>
internal sealed class MoveOut(AgentContext context, LocalMachine machine, MoveCourse course, Action<MoveEnd> ended)
{
    private readonly SortedDictionary<string, double> stamps = new(StringComparer.Ordinal);
    private Moment began;
    private Moment? deadline;
    private ulong epoch;
    private CopyWatch? copy;
    private MoveAgain again;
    private bool performed;
    private bool completed;

    /// <summary>A step is under way that its undoing must not overtake: a job that libvirt opens after it was ended stays open, and a copy that is frozen after its thaw stays frozen.</summary>
    private bool stepping;
    private string? cancelAfterStep;
    private bool looked;
    private bool targetComplete;
    private bool deciding;
    private bool committed;
    private bool ending;
    private bool given;
    private Moment lastPrepare;

    /// <summary>As the target's restarts were counted when the move began.</summary>
    private int targetsRestarts;

    public Guid Id => course.Id;

    /// <summary>Everything that its future depends on, moments apart: for the state search.</summary>
    internal string Form => $"{State} {performed} {completed} {stepping} {cancelAfterStep is null} {looked} {targetComplete} {deciding} {committed} {ending} {given} {epoch} {deadline is null} {stamps.ContainsKey("prepared")}";

    public int Target => course.Target;

    /// <summary>The network that carries it; null: its target has not chosen one yet.</summary>
    public string? Network { get; private set; }

    /// <summary>How far the copy has come; null: nobody knows yet.</summary>
    public MoveProgress? Progress => copy?.Progress;

    public TimeSpan Age => context.Now - began;

    /// <summary>moving, done, failed.</summary>
    public string State { get; private set; } = "moving";

    public string Reason { get; private set; } = "";

    /// <summary>Milliseconds since the errand began.</summary>
    public ImmutableSortedDictionary<string, double> Stamps => stamps.ToImmutableSortedDictionary();

    private TimeSpan FirstPause => context.Settings.FirstPause < course.MostPause ? context.Settings.FirstPause : course.MostPause;

    private bool IsCopying => copy is not null && !performed && !completed && State == "moving";

    private AreaKeeper Area => machine.Area;

    private MachineId Id2 => new(machine.Id);

    public void Begin()
    {
        began = context.Now;
        targetsRestarts = context.Network.Restarts(Target);
        stepping = true;
        machine.Leaving = this;
        deadline = context.Now + MoveLimits.Prepare;
        var entry = Area.Table.Machine(Id2)!;
        var life = Area.Table.Host(new Slot(Target))!.Life;
        Area.Submit(new Leases.BeginMove(Id2, entry.Epoch, life, Area.Life), outcome =>
        {
            if (outcome is CommandOutcome.Refused refused)
            {
                Close("failed", cancelAfterStep ?? refused.Sentence);
                return;
            }

            epoch = ((CommandOutcome.Done)outcome).Epoch.Value;
            Stamp("announced");
            context.Out.Guard(new Guarding.Grant(machine.Id, epoch, [Area.Name], null), _ => { });
            context.HandOver(Id, open: true);
            if (!EndStep())
            {
                stepping = true;
                context.Out.Call(op => new Agent.BeginMove(op, machine.Id, Id, FirstPause), Begun);
            }
        });
    }

    public void Happened(MachineEvent happened)
    {
        switch (happened.Kind)
        {
            case MachineEventKind.MigrationCompleted when !completed:
                completed = true;
                Stamp("completed");
                deadline = context.Now + MoveLimits.HandOver;
                break;
            case MachineEventKind.Stopped when !completed:
                stamps["stopped"] = Elapsed;
                copy?.Stopped(context.Now);
                break;
            case MachineEventKind.MigrationProgress:
                GotOn(happened.Progress);
                break;
            case MachineEventKind.IoError when !deciding:
                // Safety: the write that failed may still land from here, after the machine has written there.
                Cancel("a write to its disk failed during the move");
                break;
            case MachineEventKind.Gone when !deciding:
                // The copy here is gone and nothing may come of it: the target never got the word, so it starts from disk there or here.
                Cancel("its process died during the move");
                break;
        }
    }

    /// <summary>A person wants the machine to stay here. Null: it will, as soon as what is under way has been undone; else why it is too late for that.</summary>
    public string? CancelByOrder()
    {
        if (deciding)
        {
            return $"it is too late to cancel the migration of {context.NameOf(machine.Id)}: it is being handed over to {context.Settings.NameOf(Target)}";
        }

        Cancel("cancelled by order");
        again = MoveAgain.Never;
        return null;
    }

    public void Said(MoveMessage message)
    {
        switch (message)
        {
            case MoveReady ready when !performed && State == "moving" && !stamps.ContainsKey("prepared"):
                Perform(ready);
                break;
            case MoveRefused refused:
                Cancel($"{context.Settings.NameOf(Target)} refused: {refused.Reason}", MoveAgain.OtherTarget);
                break;
            case MoveComplete when !targetComplete:
                targetComplete = true;
                Stamp("targetComplete");
                DecideWhenBoth();
                break;
            case MoveCancelled cancelled when !deciding:
                Cancel($"{context.Settings.NameOf(Target)} cancelled: {cancelled.Reason}", MoveAgain.OtherTarget);
                break;
            case MoveResumed:
                Stamp("resumed");
                EndOwn();
                CloseWhenResumed();
                break;
        }
    }

    public void Look()
    {
        if (IsCopying && copy!.Look(context.Now, MigrationRoutes.Fault(context, Network!, Target)) is { } end)
        {
            Cancel(end.Why, end.Again);
        }

        LookAtTarget();
        if (deadline is not { } limit || context.Now <= limit)
        {
            return;
        }

        deadline = null;
        if (committed && !given)
        {
            EndOwn();
        }
        else if (given)
        {
            Close("done", $"{context.Settings.NameOf(Target)} owns it and has not said yet that it runs");
        }
        else if (!deciding)
        {
            Cancel(
                completed ? $"{context.Settings.NameOf(Target)} did not report the complete machine in time" : $"{context.Settings.NameOf(Target)} did not get ready in time",
                AgainElsewhere);
        }
    }

    /// <summary>A guest that has stood still for a hand-over that did not come is not put through it again.</summary>
    private MoveAgain AgainElsewhere => completed ? MoveAgain.Never : MoveAgain.OtherTarget;

    /// <summary>Only the agent that has begun a move on its target can say that the copy is complete: without it a guest that has stopped need not stand still until the deadline.</summary>
    private void LookAtTarget()
    {
        if (targetComplete)
        {
            // The copy does not need it any more: its next agent learns of the commit from the table.
            return;
        }

        var (name, waits) = (context.Settings.NameOf(Target), completed || performed);
        if (context.Network.Restarts(Target) != targetsRestarts)
        {
            Cancel($"the agent of {name} has begun anew and knows nothing of it", AgainElsewhere);
        }
        else if (waits && context.Network.LastHeard(Target) is { } heard && context.Now - heard > MoveLimits.TargetSilent)
        {
            Cancel($"{name} is not heard any more", AgainElsewhere);
        }
    }

    private void Perform(MoveReady ready)
    {
        Stamp("prepared");
        deadline = null;
        Network = ready.Network;
        copy = new(context.Now, context.Definitions.GetValueOrDefault(machine.Id)?.MemoryMiB ?? 0, FirstPause, course.MostPause);
        HoldPromise();
        context.Out.Call(op => new PerformMove(op, machine.Id, Id, ready.Uri, ready.Cookie, context.Settings.MostOn(ready.Network)), Performed);
    }

    private void GotOn(MoveProgress? progress)
    {
        if (context.Now - lastPrepare > TimeSpan.FromSeconds(1))
        {
            HoldPromise();
        }

        if (progress is not null && copy?.Got(context.Now, progress) == true)
        {
            context.Out.Call(op => new AllowPause(op, machine.Id, Id, copy.AllowedPause), _ => { });
        }
    }

    private void HoldPromise()
    {
        lastPrepare = context.Now;
        Area.Prepare();
    }

    private void Begun(HypervisorResult result)
    {
        if (EndStep())
        {
            return;
        }

        if (result.Failure is { } failure)
        {
            Cancel($"libvirt did not begin: {failure}");
            return;
        }

        Stamp("begun");
        var ask = new MoveAsk(Area.Name, epoch, result.Xml ?? "", result.Cookie, context.Definitions[machine.Id], [.. course.Avoid.Union(MigrationRoutes.Broken(context, Target), StringComparer.Ordinal)]) { Move = Id, Machine = machine.Id, From = context.Settings.Slot };
        context.Out.Peer(Target, ask, lost =>
        {
            if (lost is not null)
            {
                Cancel($"{context.Settings.NameOf(Target)} cannot be reached: {lost}", MoveAgain.OtherTarget);
            }
        });
    }

    private void Performed(HypervisorResult result)
    {
        if (State != "moving")
        {
            return;
        }

        if (result.Failure is { } failure)
        {
            Cancel($"the transfer failed: {failure}", MoveAgain.OtherPath);
            return;
        }

        performed = true;
        Stamp("performed");
        deadline = context.Now + MoveLimits.HandOver;
        Tell(new MovePerformed { Move = Id, Machine = machine.Id, From = context.Settings.Slot });

        if (context.Settings.MoveFlaws.HasFlag(MoveFlaws.CommitsWithoutFreeze))
        {
            looked = true;
            DecideWhenBoth();
            return;
        }

        // Safety: looking only before the freeze leaves a gap in which the copy may run; the adapter looks again after it.
        stepping = true;
        context.Out.Call(op => new FreezeAndLook(op, machine.Id), look =>
        {
            if (EndStep())
            {
                return;
            }

            if (look.Failure is { } ran)
            {
                Cancel($"the copy here cannot be given: {ran}");
                return;
            }

            looked = true;
            Stamp("looked");
            DecideWhenBoth();
        });
    }

    private void DecideWhenBoth()
    {
        if (!looked || !targetComplete || deciding || State != "moving")
        {
            return;
        }

        deciding = true;
        deadline = null;
        Area.Submit(new CommitMove(Id2, new Epoch(epoch), Area.Life), outcome =>
        {
            if (outcome is CommandOutcome.Refused refused)
            {
                deciding = false;
                Cancel(refused.Sentence);
                return;
            }

            var given = ((CommandOutcome.Done)outcome).Epoch.Value;
            Stamp("committed");
            Tell(new MoveCommitted(given) { Move = Id, Machine = machine.Id, From = context.Settings.Slot });
            committed = true;
            deadline = context.Now + MoveLimits.End;
        });
    }

    private void EndOwn()
    {
        if (committed && !ending)
        {
            ending = true;
            deadline = null;
            context.Out.Call(op => new End(op, machine.Id), end => Given(end.Failure is null));
        }
    }

    private void Given(bool gone)
    {
        Stamp("sourceGone");
        given = true;
        deadline = context.Now + MoveLimits.Resume;
        context.Out.Guard(new Guarding.Revoke(machine.Id, epoch), _ => { });
        context.Out.Call(op => new ConfirmMove(op, machine.Id, Id, Cancelled: false), _ => { });
        machine.Left(gone);
        context.Say("moved", $"{context.NameOf(machine.Id)} moved from {context.Settings.Host} to {context.Settings.NameOf(Target)}", machine.Id, context.Settings.Host, Area.Name);
        CloseWhenResumed();
    }

    private void CloseWhenResumed()
    {
        if (given && State == "moving" && stamps.ContainsKey("resumed"))
        {
            Close("done", "");
        }
    }

    /// <param name="next">What may be tried instead.</param>
    private void Cancel(string why, MoveAgain next = MoveAgain.Never)
    {
        if (State != "moving" || deciding)
        {
            return;
        }

        again = cancelAfterStep is null || next < again ? next : again;
        if (stepping)
        {
            cancelAfterStep ??= why;
            return;
        }

        State = "cancelling";
        Reason = why;
        Tell(new MoveCancelled(why) { Move = Id, Machine = machine.Id, From = context.Settings.Slot });
        context.Out.Call(op => new AbortMove(op, machine.Id, Id), _ => CommitCancel());
    }

    /// <summary>True: the move was cancelled meanwhile, and is undone from here.</summary>
    private bool EndStep()
    {
        stepping = false;
        if (cancelAfterStep is not { } why)
        {
            return false;
        }

        Cancel(why, again);
        return true;
    }

    private void CommitCancel() => Area.Submit(new CancelMove(Id2, new Epoch(epoch), Area.Life), outcome =>
    {
        var entry = Area.Table.Machine(Id2);
        var kept = outcome is CommandOutcome.Done done ? done.Epoch.Value
            : Area.State == AreaState.Ready && entry is { State: LeaseState.Held } && entry.IsHeldBy(Area.Life) ? entry.Epoch.Value
            : 0;
        if (kept == 0 && !context.Settings.Lacks(AgentFlaws.KeepsWhatWasGiven))
        {
            // Safety: it was given, or taken, or nobody knows; the copy here may run again only by the table's word.
            Close("failed", Reason);
            return;
        }

        GoOn(kept);
    });

    private void GoOn(ulong kept) => context.Grant(machine.Id, kept, Area.Name, refusal =>
    {
        if (refusal is not null)
        {
            // Safety: without right a SIGCONT would undo the guard's freeze. The machine goes on as soon as the guard grants it.
            Close("failed", Reason, kept, runs: false);
            return;
        }

        context.Out.Call(op => new Thaw(op, machine.Id), _ =>
            context.Out.Call(op => new ConfirmMove(op, machine.Id, Id, Cancelled: true), _ =>
                context.Out.Call(op => new Continue(op, machine.Id), result => Close("failed", Reason, kept, runs: result.Failure is null))));
    });

    /// <param name="runs">QEMU has said that the copy here goes on; else that is tried until it does.</param>
    private void Close(string state, string why, ulong kept = 0, bool runs = true)
    {
        State = state;
        Reason = why;
        deadline = null;
        Stamp("ended");
        context.HandOver(Id, open: false);
        if (state == "failed" && (kept > 0 || epoch == 0))
        {
            machine.Stays(kept > 0 ? kept : machine.Epoch, runs);
            context.Say("kept", $"{context.NameOf(machine.Id)} stays on {context.Settings.Host}: the move to {context.Settings.NameOf(Target)} failed: {why}", machine.Id, context.Settings.Host, Area.Name);
        }
        else if (state == "failed")
        {
            machine.StaysInDoubt();
            context.Say("doubt", $"the copy of {context.NameOf(machine.Id)} on {context.Settings.Host} stays as it is until the lease table says who has it: {why}", machine.Id, context.Settings.Host, Area.Name);
        }

        ended(new(state == "done" ? null : why, kept > 0 && runs ? again : MoveAgain.Never));
    }

    private void Tell(PeerMessage message) => context.Out.Peer(Target, message, _ => { });

    private double Elapsed => (context.Now - course.Since).TotalMilliseconds;

    private void Stamp(string what) => stamps.TryAdd(what, Elapsed);
}
