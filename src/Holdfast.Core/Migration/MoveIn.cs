using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>
/// One live migration on its target host. Safety: the copy here is resumed only after the source's own commit of Held(this host), told by the
/// source or read in the table; before it the source may have run on, and the copy may be stale.
/// </summary>
internal sealed class MoveIn(AgentContext context, LocalMachine machine, MoveAsk ask)
{
    private static readonly TimeSpan TableLimit = TimeSpan.FromSeconds(5);
    private readonly Moment began = context.Now;
    private bool preparing;
    private bool inPrepare;
    private bool prepared;
    private bool whole;
    private bool finished;
    private bool resuming;
    private bool died;
    private bool ended;
    private ulong resumeEpoch;

    /// <summary>Since then the source has been waited for: since the copy was complete, or the table was asked last.</summary>
    private Moment waitsSince;

    public Guid Id => ask.Move;

    /// <summary>Everything that its future depends on, moments apart: for the state search.</summary>
    internal string Form => $"{preparing} {inPrepare} {prepared} {whole} {finished} {resuming} {died} {ended} {resumeEpoch}";

    private AreaKeeper Area => machine.Area;

    private string StorageRefusal => $"datastore {Area.Name} is slow, read-only or full on {context.Settings.Host}";

    /// <summary>Level-triggered on the table: it has the last word on what becomes of the copy here.</summary>
    public void Look()
    {
        if (ended)
        {
            return;
        }

        if (Area.Table.Version < ask.Epoch)
        {
            if (context.Now - began > TableLimit)
            {
                Destroy("the lease table does not show this move");
            }
            else
            {
                Area.PollSoon();
            }

            return;
        }

        var entry = Area.Table.Machine(new MachineId(machine.Id));
        if (entry is { State: LeaseState.Moving } && entry.Epoch.Value == ask.Epoch && entry.Target == Area.Life)
        {
            Prepare();
            AskTable();
        }
        else if (entry is { State: LeaseState.Held } && entry.Owner == Area.Life && (entry.GivenFrom.Value == ask.Epoch || Lacks(MoveFlaws.TakesTakeoverForCommit)))
        {
            Committed(entry.Epoch.Value);
        }
        else
        {
            // Safety: also when this host owns it by a takeover or a rejoin. The source may have run on after the copy was complete.
            Destroy("its source has not given it");
        }
    }

    /// <summary>
    /// The source may have died with its commit accepted and told nobody. No poll shows that; a ballot of this host's own finds it and finishes it. Not before the source
    /// has been silent for a while, as its commit, if it is under way now, loses to that ballot and begins anew.
    /// </summary>
    private void AskTable()
    {
        if (finished && context.Now - waitsSince > MoveLimits.AskTable)
        {
            waitsSince = context.Now;
            Area.Prepare();
        }
    }

    /// <summary>
    /// Memory of those that were sent here as well and come after this one. Several sources may have seen the same room: were each counted against all
    /// others, all would be refused, and at the next try again.
    /// </summary>
    private long NotYetPrepared => context.LocalInOrder.Where(l => l.Coming is { preparing: false, ended: false }).Sum(l => context.Definitions.GetValueOrDefault(l.Id)?.MemoryMiB ?? 0);

    public void Happened(MachineEvent happened)
    {
        if (happened.Kind == MachineEventKind.MigrationCompleted)
        {
            whole = true;
        }
        else if (happened.Kind is MachineEventKind.Gone && resuming)
        {
            died = true;
        }
        else if (happened.Kind is MachineEventKind.Gone && !ended)
        {
            ended = true;
            context.HandOver(ask.Move, open: false);
            machine.Left(gone: true);
            Tell(new MoveCancelled("the incoming process died") { Move = ask.Move, Machine = machine.Id, From = context.Settings.Slot });
        }
    }

    public void Said(MoveMessage message)
    {
        switch (message)
        {
            case MovePerformed:
                whole = true;
                break;
            case MoveCommitted committed when committed.Epoch > ask.Epoch:
                Committed(committed.Epoch);
                break;
            case MoveCancelled cancelled when !resuming && resumeEpoch == 0:
                Destroy(cancelled.Reason);
                break;
        }
    }

    private void Prepare()
    {
        if (preparing)
        {
            return;
        }

        preparing = true;
        context.Define(ask.Definition);
        if (context.FreeMemoryMiB + NotYetPrepared < 0)
        {
            Refuse("there is no room for it any more");
            return;
        }

        if (Area.IsSlow)
        {
            Refuse(StorageRefusal);
            return;
        }

        if (context.Situation.Draining is not null)
        {
            // Its source did not know that yet.
            Refuse(context.Situation.DrainRefusal);
            return;
        }

        if (MigrationRoutes.To(context, ask.From, ask.Avoid) is not { } route)
        {
            Refuse($"nothing can carry it: {MigrationRoutes.WhyNot(context, ask.From, ask.Avoid)}");
            return;
        }

        context.HandOver(ask.Move, open: true);
        context.Out.Guard(new Guarding.Grant(machine.Id, ask.Epoch, [Area.Name], null), refusal =>
        {
            if (refusal is not null)
            {
                Refuse($"its guard refused: {refusal}");
                return;
            }

            if (ended)
            {
                return;
            }

            inPrepare = true;
            var folder = $"{Area.Path}/machines/{ask.Definition.Name}";
            context.Out.Call(op => new Agent.PrepareMove(op, ask.Definition, folder, ask.Move, ask.Xml, ask.Cookie, route.Address), result => Prepared(result, route.Network));
        });
    }

    private void Prepared(HypervisorResult result, string network)
    {
        inPrepare = false;
        if (ended)
        {
            EndCopy();
            return;
        }

        if (result.Failure is { } failure)
        {
            Refuse(failure);
            return;
        }

        prepared = true;
        Tell(new MoveReady(result.Cookie, result.Uri ?? "", network) { Move = ask.Move, Machine = machine.Id, From = context.Settings.Slot });
        Finish();
    }

    /// <summary>Asked for at once, although it waits until the copy is whole: what it does before that is then no part of the machine's pause.</summary>
    private void Finish() =>
        context.Out.Call(op => new FinishMove(op, machine.Id, ask.Move, Cancelled: false), result =>
        {
            if (ended)
            {
                return;
            }

            if (result.Failure is { } failure)
            {
                Refuse($"it did not arrive whole: {failure}");
                return;
            }

            if (Area.IsSlow)
            {
                // Given to this host now it would stand still here until its right has expired: its source still has it, and its disk.
                Refuse(StorageRefusal);
                return;
            }

            (finished, waitsSince) = (true, context.Now);
            Tell(new MoveComplete { Move = ask.Move, Machine = machine.Id, From = context.Settings.Slot });
            resumeEpoch = Lacks(MoveFlaws.ResumesWithoutCommit) ? ask.Epoch : resumeEpoch;
            ResumeWhenBoth();
        });

    private void Committed(ulong epoch)
    {
        resumeEpoch = epoch;
        ResumeWhenBoth();
    }

    private void ResumeWhenBoth()
    {
        if (resumeEpoch == 0 || resuming || ended)
        {
            return;
        }

        if (!finished)
        {
            if (!whole)
            {
                // Given to this host without a whole copy (the source's process was gone): start from disk.
                Destroy("given to this host, but the copy here is not whole: it starts from disk");
            }

            return;
        }

        resuming = true;
        // The process has been granted in the move's epoch already, and the guard stops it whatever was asked here when the right ends: the machine does not wait for the guard.
        context.Out.Call(op => new Continue(op, machine.Id), result =>
        {
            if (ended)
            {
                return;
            }

            if (died)
            {
                context.Say("alarm", $"{context.NameOf(machine.Id)} arrived on {context.Settings.Host}, but its process died there; it starts from disk", machine.Id, context.Settings.Host, Area.Name);
                Destroy("its process died");
                return;
            }

            ended = true;
            // Refused (the store may still hold its image's lock) or unknown: the copy is whole and the only one, so its CPUs are started again until they run.
            machine.Arrived(resumeEpoch, running: result.Failure is null);
            // The source's word came before the table showed it here, and until then an order about the machine would be refused.
            Area.PollSoon();
            context.HandOver(ask.Move, open: false);
            if (result is { Failure: { } refusal, Unknown: false })
            {
                context.Say("waits", $"{context.NameOf(machine.Id)} is whole on {context.Settings.Host} in epoch {resumeEpoch} and does not run yet: {refusal}", machine.Id, context.Settings.Host, Area.Name);
                return;
            }

            Tell(new MoveResumed { Move = ask.Move, Machine = machine.Id, From = context.Settings.Slot });
            context.Say("arrived", $"{context.NameOf(machine.Id)} runs on {context.Settings.Host} in epoch {resumeEpoch}", machine.Id, context.Settings.Host, Area.Name);
        });

        context.Out.Guard(new Guarding.Grant(machine.Id, resumeEpoch, [Area.Name], null), refusal =>
        {
            if (refusal is not null)
            {
                context.Say("alarm", $"{context.NameOf(machine.Id)} is committed to {context.Settings.Host}, but its guard refuses: {refusal}", machine.Id, context.Settings.Host, Area.Name);
            }
        });
    }

    private void Refuse(string why)
    {
        Tell(new MoveRefused(why) { Move = ask.Move, Machine = machine.Id, From = context.Settings.Slot });
        Destroy(why);
    }

    private void Destroy(string why)
    {
        if (ended)
        {
            return;
        }

        ended = true;
        context.Say("refused", $"the incoming copy of {context.NameOf(machine.Id)} on {context.Settings.Host} is destroyed: {why}", machine.Id, context.Settings.Host, Area.Name);
        context.HandOver(ask.Move, open: false);
        if (!inPrepare)
        {
            EndCopy();
        }
    }

    /// <summary>Never while Prepare is under way: there would be no process to end yet, and one that belongs to nobody afterwards.</summary>
    private void EndCopy() =>
        context.Out.Call(op => new End(op, machine.Id), end =>
            context.Out.Call(op => new FinishMove(op, machine.Id, ask.Move, Cancelled: true), _ =>
            {
                context.Out.Guard(new Guarding.Revoke(machine.Id, Math.Max(ask.Epoch, resumeEpoch)), _ => { });
                machine.Left(gone: end.Failure is null, ranIn: resuming ? resumeEpoch : 0);
            }));

    private bool Lacks(MoveFlaws rule) => context.Settings.MoveFlaws.HasFlag(rule);

    private void Tell(PeerMessage message) => context.Out.Peer(ask.From, message, _ => { });
}
