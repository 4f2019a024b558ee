using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>
/// One live migration on its source host (DESIGN §6). The source decides: until its own commit of Held(target) it may always keep the machine,
/// and after that commit it never lets its copy run again.
/// </summary>
internal sealed class MoveOut(AgentContext context, LocalMachine machine, int target, Guid move, Action<string?> ended)
{
    private static readonly TimeSpan PrepareLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HandOverLimit = TimeSpan.FromSeconds(8);

    /// <summary>The target resumes within milliseconds of the commit; its word of that is waited for this long.</summary>
    private static readonly TimeSpan ResumeLimit = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The frozen copy here is ended when the target runs, or after this at the latest: nothing depends on its end, and tearing a large process down takes
    /// processors and store from the target's start.
    /// </summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromMilliseconds(100);
    private readonly SortedDictionary<string, double> stamps = new(StringComparer.Ordinal);
    private Moment began;
    private Moment? deadline;
    private ulong epoch;
    private string xml = "";
    private bool performed;
    private bool completed;
    private bool freezing;
    private string? cancelAfterFreeze;
    private bool looked;
    private bool targetComplete;
    private bool deciding;
    private bool committed;
    private bool ending;
    private bool given;
    private Moment lastPrepare;

    public Guid Id => move;

    /// <summary>Everything that its future depends on, moments apart: for the state search.</summary>
    internal string Form => $"{State} {performed} {completed} {freezing} {cancelAfterFreeze is null} {looked} {targetComplete} {deciding} {committed} {ending} {given} {epoch} {deadline is null} {stamps.ContainsKey("prepared")}";

    public int Target => target;

    /// <summary>moving, done, failed.</summary>
    public string State { get; private set; } = "moving";

    public string Reason { get; private set; } = "";

    public MoveView View => new(move, machine.Id, context.Settings.Slot, target, State, Reason, stamps.ToImmutableSortedDictionary());

    private AreaKeeper Area => machine.Area;

    private MachineId Id2 => new(machine.Id);

    public void Begin()
    {
        began = context.Now;
        machine.Leaving = this;
        deadline = context.Now + PrepareLimit;
        var entry = Area.Table.Machine(Id2)!;
        var life = Area.Table.Host(new Slot(target))!.Life;
        Area.Submit(new Leases.BeginMove(Id2, entry.Epoch, life, Area.Life), outcome =>
        {
            if (outcome is CommandOutcome.Refused refused)
            {
                Close("failed", refused.Sentence);
                return;
            }

            epoch = ((CommandOutcome.Done)outcome).Epoch.Value;
            Stamp("announced");
            context.Out.Guard(new Guarding.Grant(machine.Id, epoch, [Area.Name], null), _ => { });
            context.HandOver(move, open: true);
            context.Out.Call(op => new Agent.BeginMove(op, machine.Id, move), Begun);
        });
    }

    public void Happened(MachineEvent happened)
    {
        switch (happened.Kind)
        {
            case MachineEventKind.MigrationCompleted when !completed:
                completed = true;
                Stamp("completed");
                deadline = context.Now + HandOverLimit;
                break;
            case MachineEventKind.Stopped when !completed:
                stamps["stopped"] = Elapsed;
                break;
            case MachineEventKind.MigrationProgress when context.Now - lastPrepare > TimeSpan.FromSeconds(1):
                HoldPromise();
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

    public void Said(MoveMessage message)
    {
        switch (message)
        {
            case MoveReady ready when !performed && State == "moving" && !stamps.ContainsKey("prepared"):
                Stamp("prepared");
                deadline = null;
                HoldPromise();
                context.Out.Call(op => new PerformMove(op, machine.Id, move, ready.Uri, ready.Cookie), Performed);
                break;
            case MoveRefused refused:
                Cancel($"{context.Settings.NameOf(target)} refused: {refused.Reason}");
                break;
            case MoveComplete when !targetComplete:
                targetComplete = true;
                Stamp("targetComplete");
                DecideWhenBoth();
                break;
            case MoveCancelled cancelled when !deciding:
                Cancel($"{context.Settings.NameOf(target)} cancelled: {cancelled.Reason}");
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
            Close("done", $"{context.Settings.NameOf(target)} owns it and has not said yet that it runs");
        }
        else if (!deciding)
        {
            Cancel(completed ? $"{context.Settings.NameOf(target)} did not report the complete machine in time" : $"{context.Settings.NameOf(target)} did not get ready in time");
        }
    }

    private void HoldPromise()
    {
        lastPrepare = context.Now;
        Area.Prepare();
    }

    private void Begun(HypervisorResult result)
    {
        if (result.Failure is { } failure)
        {
            Cancel($"libvirt did not begin: {failure}");
            return;
        }

        Stamp("begun");
        xml = result.Xml ?? "";
        var ask = new MoveAsk(Area.Name, epoch, xml, result.Cookie, context.Definitions[machine.Id]) { Move = move, Machine = machine.Id, From = context.Settings.Slot };
        context.Out.Peer(target, ask, lost =>
        {
            if (lost is not null)
            {
                Cancel($"{context.Settings.NameOf(target)} cannot be reached: {lost}");
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
            Cancel($"the transfer failed: {failure}");
            return;
        }

        performed = true;
        Stamp("performed");
        deadline = context.Now + HandOverLimit;
        Tell(new MovePerformed { Move = move, Machine = machine.Id, From = context.Settings.Slot });

        if (context.Settings.MoveFlaws.HasFlag(MoveFlaws.CommitsWithoutFreeze))
        {
            looked = true;
            DecideWhenBoth();
            return;
        }

        // Safety: looking only before the freeze leaves a gap in which the copy may run; the adapter looks again after it.
        freezing = true;
        context.Out.Call(op => new FreezeAndLook(op, machine.Id), look =>
        {
            freezing = false;
            if (cancelAfterFreeze is { } why)
            {
                Cancel(why);
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
            Tell(new MoveCommitted(given) { Move = move, Machine = machine.Id, From = context.Settings.Slot });
            committed = true;
            deadline = context.Now + EndLimit;
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
        deadline = context.Now + ResumeLimit;
        context.Out.Guard(new Guarding.Revoke(machine.Id, epoch), _ => { });
        context.Out.Call(op => new ConfirmMove(op, machine.Id, move, Cancelled: false), _ => { });
        machine.Left(gone);
        context.Say("moved", $"{context.NameOf(machine.Id)} moved from {context.Settings.Host} to {context.Settings.NameOf(target)}", machine.Id, context.Settings.Host, Area.Name);
        CloseWhenResumed();
    }

    private void CloseWhenResumed()
    {
        if (given && State == "moving" && stamps.ContainsKey("resumed"))
        {
            Close("done", "");
        }
    }

    private void Cancel(string why)
    {
        if (State != "moving" || deciding)
        {
            return;
        }

        if (freezing)
        {
            // A thaw that overtook the freeze would leave the copy stopped for ever.
            cancelAfterFreeze ??= why;
            return;
        }

        State = "cancelling";
        Reason = why;
        Tell(new MoveCancelled(why) { Move = move, Machine = machine.Id, From = context.Settings.Slot });
        context.Out.Call(op => new AbortMove(op, machine.Id, move), _ => CommitCancel());
    }

    private void CommitCancel()
    {
        if (epoch == 0)
        {
            Close("failed", Reason);
            return;
        }

        Area.Submit(new CancelMove(Id2, new Epoch(epoch), Area.Life), outcome =>
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
    }

    private void GoOn(ulong kept) => context.Grant(machine.Id, kept, Area.Name, refusal =>
    {
        if (refusal is not null)
        {
            // Safety: without right a SIGCONT would undo the guard's freeze. The machine goes on as soon as the guard grants it.
            Close("failed", Reason, kept);
            return;
        }

        context.Out.Call(op => new Thaw(op, machine.Id), _ =>
            context.Out.Call(op => new ConfirmMove(op, machine.Id, move, Cancelled: true), _ =>
                context.Out.Call(op => new Continue(op, machine.Id), _ => Close("failed", Reason, kept))));
    });

    private void Close(string state, string why, ulong kept = 0)
    {
        State = state;
        Reason = why;
        deadline = null;
        Stamp("ended");
        context.HandOver(move, open: false);
        if (state == "failed" && (kept > 0 || epoch == 0))
        {
            machine.Stays(kept > 0 ? kept : machine.Epoch);
            context.Say("kept", $"{context.NameOf(machine.Id)} stays on {context.Settings.Host}: the move to {context.Settings.NameOf(target)} failed: {why}", machine.Id, context.Settings.Host, Area.Name);
        }
        else if (state == "failed")
        {
            machine.StaysInDoubt();
            context.Say("doubt", $"the copy of {context.NameOf(machine.Id)} on {context.Settings.Host} stays as it is until the lease table says who has it: {why}", machine.Id, context.Settings.Host, Area.Name);
        }

        ended(state == "done" ? null : $"{context.NameOf(machine.Id)} was not moved to {context.Settings.NameOf(target)}: {why}");
    }

    private void Tell(PeerMessage message) => context.Out.Peer(target, message, _ => { });

    private double Elapsed => (context.Now - began).TotalMilliseconds;

    private void Stamp(string what) => stamps.TryAdd(what, Elapsed);
}
