using System.Collections.Immutable;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>People's orders: each ends exactly once, with null or one sentence, within the register's or the move's own limits.</summary>
internal sealed class OrderDesk(AgentContext context, MoveTargets targets, MoveDesk moves)
{
    /// <summary>An entry or a definition that another host has just written is read here within this.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);
    private readonly List<(long Order, MachineOrder What, Moment Until)> unread = [];
    private readonly CancelDesk cancels = new(context, moves);
    private readonly RelocateDesk relocations = new(context, targets);
    private readonly PreflightDesk preflights = new(context, targets);
    private readonly DiskDesk disks = new(context);

    public ImmutableArray<PreflightView> Preflights => preflights.Views;

    public void Given(long order, MachineOrder what) => Take(order, what, context.Now + ReadLimit);

    public void Said(CpuAnswer answer) => preflights.Said(answer);

    public void Look()
    {
        cancels.Look();
        relocations.Look();
        preflights.Look();
        if (unread.Count == 0)
        {
            return;
        }

        foreach (var (order, what, until) in unread.ToList())
        {
            unread.Remove((order, what, until));
            Take(order, what, until);
        }
    }

    private void Take(long order, MachineOrder what, Moment until)
    {
        if (what is AddMachine add)
        {
            Add(order, add);
        }
        else if (!Known(what.Machine) && context.Now < until)
        {
            unread.Add((order, what, until));
        }
        else
        {
            OnMachine(order, what.Machine, (area, entry) => Do(order, what, area, entry));
        }
    }

    private bool Known(Guid machine) => context.Definitions.ContainsKey(machine) && context.Areas.Values.Any(a => a.Table.Machine(new MachineId(machine)) is not null);

    private void Do(long order, MachineOrder what, AreaKeeper area, MachineEntry entry)
    {
        if (what is WantMachine { Run: true } or StartHere)
        {
            context.Local.GetValueOrDefault(what.Machine)?.Forgive();
        }

        switch (what)
        {
            case WantMachine w:
                Commit(order, area, new SetWanted(entry.Machine, w.Run ? WantedState.Run : WantedState.Stop, area.Life));
                break;
            case StartHere:
                Start(order, area, entry);
                break;
            case KillMachine:
                Kill(order, area, entry);
                break;
            case RemoveMachine r:
                Commit(order, area, new DeleteEntry(entry.Machine, area.Life), () => context.Definitions.Remove(r.Machine));
                break;
            case ForceFreeMachine f:
                Commit(order, area, new ForceFree(entry.Machine, new Epoch(f.Epoch), area.Life), () =>
                    context.Say("forced", $"{f.Who} freed {context.NameOf(f.Machine)} by hand: {f.Why}", f.Machine));
                break;
            case MoveMachine m:
                Move(order, entry, m);
                break;
            case CancelMigration c:
                cancels.Given(order, c.Machine);
                break;
            case CheckMove c:
                preflights.Given(order, c, entry);
                break;
            case RelocateMachine r:
                relocations.Given(order, r, entry);
                break;
            case WorkOnDisks w:
                disks.Given(order, w, entry);
                break;
        }
    }

    private void Add(long order, AddMachine add)
    {
        if (!context.Areas.TryGetValue(add.Definition.Datastore, out var area) || area.State != AreaState.Ready)
        {
            End(order, $"datastore {add.Definition.Datastore} is not ready on {context.Settings.Host}; see 'holdfast datastore list'");
            return;
        }

        context.Define(add.Definition);
        Commit(order, area, new CreateEntry(new MachineId(add.Definition.Id), add.Run ? WantedState.Run : WantedState.Stop, area.Life));
    }

    private void OnMachine(long order, Guid machine, Action<AreaKeeper, MachineEntry> then)
    {
        foreach (var area in context.Areas.Values)
        {
            if (area.Table.Machine(new MachineId(machine)) is { } entry)
            {
                if (area.State != AreaState.Ready)
                {
                    End(order, $"datastore {area.Name} is not ready on {context.Settings.Host}: {area.Reason}");
                    return;
                }

                then(area, entry);
                return;
            }
        }

        End(order, $"no lease table here has an entry of {context.NameOf(machine)}; its datastore may be unreachable from {context.Settings.Host}");
    }

    private void Commit(long order, AreaKeeper area, TableCommand command, Action? done = null) => area.Submit(command, outcome =>
    {
        if (outcome is CommandOutcome.Done)
        {
            done?.Invoke();
        }

        End(order, (outcome as CommandOutcome.Refused)?.Sentence);
    });

    private void Start(long order, AreaKeeper area, MachineEntry entry)
    {
        var name = context.NameOf(entry.Machine.Value);
        if (entry.Owner is { } owner && owner != area.Life)
        {
            End(order, $"{name} belongs to {context.NameOf(owner.Slot)} already");
            return;
        }

        if (!context.Definitions.TryGetValue(entry.Machine.Value, out var definition))
        {
            End(order, $"the definition of {name} cannot be read on {context.Settings.Host}; look into its folder on datastore {area.Name}");
            return;
        }

        if (entry.State == LeaseState.Free && context.Situation.Draining is not null)
        {
            End(order, $"{name} is not started there: {context.Situation.DrainRefusal}");
            return;
        }

        if (entry.State == LeaseState.Free && definition.MemoryMiB > context.FreeMemoryMiB)
        {
            End(order, $"{context.Settings.Host} has no room for {name}: it needs {definition.MemoryMiB} MiB, {Math.Max(0, context.FreeMemoryMiB)} MiB are free");
            return;
        }

        var want = new SetWanted(entry.Machine, WantedState.Run, area.Life);
        if (entry.State == LeaseState.Free)
        {
            // Both in one batch, so that no other host claims it in between.
            area.Submit(want, _ => { });
            Commit(order, area, new Claim(entry.Machine, area.Life));
        }
        else
        {
            Commit(order, area, want);
        }
    }

    private void Kill(long order, AreaKeeper area, MachineEntry entry)
    {
        if (entry.Owner is { } owner && owner != area.Life)
        {
            End(order, $"{context.NameOf(entry.Machine.Value)} runs on {context.NameOf(owner.Slot)}; only that host can kill it");
            return;
        }

        Commit(order, area, new SetWanted(entry.Machine, WantedState.Stop, area.Life), () => context.Local.GetValueOrDefault(entry.Machine.Value)?.Kill());
    }

    private void Move(long order, MachineEntry entry, MoveMachine move)
    {
        var (chosen, refused) = targets.Judge(move.Machine, entry, move.Target);
        if (chosen is not { } target)
        {
            End(order, refused);
            return;
        }

        moves.Begin(context.Local[move.Machine], new(move.Move, target, IsFree: move.Target is null) { MostPause = move.MostPause ?? MoveLimits.MostPause }, refusal => End(order, refusal));
    }

    /// <summary>It runs here by right, no move of it is under way, none of its writes is in doubt, and the table can be written.</summary>
    internal static bool CanLeave(LocalMachine machine, MachineEntry entry) => MoveTargets.IsHere(machine, entry) && machine.DiskWork is null && machine.IsQuiet && machine.Area is { State: AreaState.Ready, RenewsWell: true };


    private void End(long order, string? refusal) => context.Out.Emit(new OrderEnded(order, refusal));
}
