using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Model;
using Holdfast.Core.Placement;
using Holdfast.Core.Recovery;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>People's orders: each ends exactly once, with null or one sentence, within the register's or the move's own limits.</summary>
internal sealed class OrderDesk(AgentContext context, RecoveryDesk recovery)
{
    private const int MostMovesRemembered = 50;

    /// <summary>An entry or a definition that another host has just written is read here within this.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);
    private readonly Queue<MoveOut> moves = new();
    private readonly List<(long Order, MachineOrder What, Moment Until)> unread = [];

    public ImmutableArray<MoveView> Moves => [.. moves.Select(m => m.View)];

    public void Given(long order, MachineOrder what) => Take(order, what, context.Now + ReadLimit);

    /// <summary>A word from a move's target. False: no move from here has this id.</summary>
    public bool Said(MoveMessage message)
    {
        if (moves.FirstOrDefault(m => m.Id == message.Move) is not { } leaving)
        {
            return false;
        }

        leaving.Said(message);
        return true;
    }

    public void Look()
    {
        while (moves.Count > MostMovesRemembered && moves.Peek().State is "done" or "failed")
        {
            moves.Dequeue();
        }

        foreach (var move in moves)
        {
            move.Look();
        }

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
                Commit(order, area, new ForceFree(entry.Machine, entry.Epoch, area.Life), () =>
                    context.Say("forced", $"{f.Who} freed {context.NameOf(f.Machine)} by hand: {f.Why}", f.Machine));
                break;
            case MoveMachine m:
                Move(order, area, entry, m);
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

    private void Move(long order, AreaKeeper area, MachineEntry entry, MoveMachine move)
    {
        var name = context.NameOf(move.Machine);
        if (!context.Local.TryGetValue(move.Machine, out var local) || !IsHere(local, entry))
        {
            End(order, $"{name} cannot be migrated now: it does not run on {context.Settings.Host}, or is being moved already; see 'holdfast vm show {name}'");
            return;
        }

        if (!local.IsQuiet)
        {
            End(order, $"{name} cannot be migrated now: a write to its disk has failed and may still land for some seconds; try again then");
            return;
        }

        if (move.Target is { } unreached && unreached != context.Settings.Slot && MigrationRoutes.To(context, unreached) is null)
        {
            End(order, $"{name} cannot be migrated to {context.Settings.NameOf(unreached)}: {MigrationRoutes.WhyNot(context, unreached)}; see 'holdfast network show'");
            return;
        }

        if (Target(area, move) is not { } target)
        {
            End(order, move.Target is { } asked
                ? $"{context.Settings.NameOf(asked)} cannot take {name}: it is this machine's host, is not alive on datastore {area.Name}, takes nothing, or has no room for {context.Definitions[move.Machine].MemoryMiB} MiB"
                : $"no other host is alive with room for {name} ({context.Definitions[move.Machine].MemoryMiB} MiB)");
            return;
        }

        BeginMove(local, target, move.Move, refusal => End(order, refusal));
    }

    /// <summary>It runs here by right, no move of it is under way, and none of its writes is in doubt.</summary>
    internal static bool CanLeave(LocalMachine machine, MachineEntry entry) => IsHere(machine, entry) && machine.IsQuiet;

    internal void BeginMove(LocalMachine machine, int target, Guid move, Action<string?> ended)
    {
        var leaving = new MoveOut(context, machine, target, move, ended);
        moves.Enqueue(leaving);
        leaving.Begin();
    }

    /// <summary>The best host for it that says that it has the guest network; null: none has that, room and a migration network.</summary>
    internal int? TargetWithGuestNetwork(LocalMachine machine) =>
        Best(Able(machine.Area, machine.Id).Where(c => context.Situation.Picture.Of(c.Slot).Denies(HeartbeatFlags.GuestDown)));

    private static bool IsHere(LocalMachine machine, MachineEntry entry) =>
        entry.State == LeaseState.Held && entry.Owner == machine.Area.Life && machine.Phase == LocalPhase.Running && machine.Leaving is null;

    private int? Target(AreaKeeper area, MoveMachine move)
    {
        var able = Able(area, move.Machine);
        return move.Target is { } asked ? able.Any(c => c.Slot == asked) ? asked : null : Best(able);
    }

    private static int? Best(IEnumerable<Candidate> able) =>
        able.OrderByDescending(c => c.FreeMemoryMiB).ThenBy(c => c.Slot).Select(c => (int?)c.Slot).FirstOrDefault();

    private List<Candidate> Able(AreaKeeper area, Guid machine)
    {
        var need = context.Definitions.GetValueOrDefault(machine)?.MemoryMiB ?? long.MaxValue;
        return [.. recovery.Candidates(area).Where(c => c.Slot != context.Settings.Slot && c.FreeMemoryMiB >= need && MigrationRoutes.To(context, c.Slot) is not null)];
    }

    private void End(long order, string? refusal) => context.Out.Emit(new OrderEnded(order, refusal));
}
