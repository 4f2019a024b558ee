using System.Collections.Immutable;
using static Holdfast.Core.Leases.CommandRefusal;

namespace Holdfast.Core.Leases;

/// <summary>
/// The lease table's rules (DESIGN §3). Two sentences carry them: only the owner gives; a taker needs a proof of death, and names the
/// incarnation that was proven dead.
/// </summary>
public static class TableRules
{
    /// <summary>Apply one command to a table that is being made (its <see cref="LeaseTable.Version"/> is already the new one).</summary>
    internal static (LeaseTable Next, CommandOutcome Outcome) Apply(LeaseTable table, TableCommand command)
    {
        var verdict = command is not JoinHost && !table.IsCurrent(command.By)
            ? Verdict.Refuse(AuthorNotCurrent, $"Host {NameOf(table, command.By.Slot)} asks with incarnation {command.By}, which is not its current one; it must rejoin first.")
            : command switch
            {
                AssignSlot c => Assign(table, c),
                RemoveHost c => Remove(table, c),
                JoinHost c => Join(table, c),
                CreateEntry c => Create(table, c),
                OpenFencing c => Open(table, c),
                CloseFencing c => Close(table, c),
                TakeOver c => Take(table, c),
                Claim c => OnEntry(table, c.Machine, null, e => Claimed(table, e, c)),
                Restart c => OnOwned(table, c.Machine, c.Expected, c.By, LeaseState.Held, e => Held(table, e, c.By)),
                Release c => OnEntry(table, c.Machine, c.Expected, e => e.IsHeldBy(c.By) ? Freed(table, e) : NotOwned(table, e, c.By)),
                HandOn c => OnOwned(table, c.Machine, c.Expected, c.By, LeaseState.Held, e => HandedOn(table, e, c)),
                BeginMove c => OnOwned(table, c.Machine, c.Expected, c.By, LeaseState.Held, e => Begun(table, e, c)),
                CommitMove c => OnOwned(table, c.Machine, c.Expected, c.By, LeaseState.Moving, e => Given(table, e)),
                CancelMove c => OnOwned(table, c.Machine, c.Expected, c.By, LeaseState.Moving, e => Held(table, e, c.By, e.Epoch)),
                SetWanted c => OnEntry(table, c.Machine, null, e => table.With(e with { Wanted = c.Wanted })),
                DeleteEntry c => OnEntry(table, c.Machine, null, e => Deleted(table, e)),
                ForceFree c => OnEntry(table, c.Machine, c.Expected, e => Freed(table, e)),
                _ => throw new InvalidOperationException($"Command {command.GetType().Name} has no rule."),
            };
        return verdict.Refusal is { } refusal ? (table, refusal) : (verdict.Next!, new CommandOutcome.Done(new Epoch(table.Version)));
    }

    private static Verdict Assign(LeaseTable table, AssignSlot c)
    {
        if (HostName.Refusal(c.Name) is { } bad)
        {
            return Verdict.Refuse(Invalid, bad);
        }

        if (table.Host(c.Slot) is { } other)
        {
            return Verdict.Refuse(SlotTaken, $"Slot {c.Slot} belongs to host {other.Name}; choose a free one, or remove that host first.");
        }

        return table.Host(c.Name) is { } same
            ? Verdict.Refuse(SlotTaken, $"Host {c.Name} already has slot {same.Slot}.")
            : table.With(new HostRecord(c.Slot, c.Name, Incarnation.None, Guid.Empty, WatchdogClass.None, null, BatchId.None, 0));
    }

    private static Verdict Remove(LeaseTable table, RemoveHost c)
    {
        if (table.Host(c.Slot) is not { } host)
        {
            return NoHost(c.Slot);
        }

        if (host.Incarnation != c.Proven)
        {
            return OtherLife(host, c.Proven);
        }

        var owned = table.Machines.Values.Count(m => m.Owner?.Slot == c.Slot);
        return owned > 0
            ? Verdict.Refuse(StillOwns, $"Host {host.Name} still owns {owned} machine(s); take them over or free them first.")
            : table with { Hosts = table.Hosts.Remove(c.Slot) };
    }

    private static Verdict Join(LeaseTable table, JoinHost c)
    {
        if (table.Host(c.By.Slot) is not { } host)
        {
            return NoHost(c.By.Slot);
        }

        if (host.Name != c.Name)
        {
            return Verdict.Refuse(SlotTaken, $"Slot {c.By.Slot} belongs to host {host.Name}, not to {c.Name}; run 'holdfast host add {c.Name}' on a member.");
        }

        if (c.By.Incarnation == Incarnation.None || host.Incarnation == c.By.Incarnation)
        {
            return Verdict.Refuse(Invalid, $"Host {c.Name} joins with incarnation {c.By}, which is none or already its current one; a join needs a new one.");
        }

        // Safety: the open Fencing entry named the older incarnation; a proof that the fencer may still get is about that one and no longer fits.
        var next = table.With(host with { Incarnation = c.By.Incarnation, BootId = c.BootId, Watchdog = c.Watchdog, Fencing = null });
        var kept = c.Kept.ToDictionary(k => k.Machine, k => k.Granted);
        foreach (var entry in table.Machines.Values.Where(m => m.Owner?.Slot == c.By.Slot))
        {
            next = kept.TryGetValue(entry.Machine, out var granted) ? Held(next, entry, c.By, Continued(entry, granted)) : Freed(next, entry);
        }

        return next;
    }

    /// <summary>Safety: the process of any other epoch stopped before the machine came to this owner, and it has run elsewhere since.</summary>
    private static Epoch Continued(MachineEntry entry, Epoch granted) =>
        granted == entry.Epoch || granted == entry.GivenFrom ? granted : Epoch.None;

    private static Verdict Create(LeaseTable table, CreateEntry c)
    {
        if (table.Machine(c.Machine) is not null)
        {
            return Verdict.Refuse(MachineExists, $"Machine {c.Machine} already has an entry in the lease table.");
        }

        return table.Machines.Count >= LeaseTable.MostMachines
            ? Verdict.Refuse(Full, $"The lease table holds {LeaseTable.MostMachines} machines, which is its limit; put further ones on another datastore.")
            : table.With(new MachineEntry(c.Machine, c.Wanted, LeaseState.Free, new Epoch(table.Version)));
    }

    private static Verdict Open(LeaseTable table, OpenFencing c)
    {
        if (table.Host(c.Target.Slot) is not { } host)
        {
            return NoHost(c.Target.Slot);
        }

        if (host.Life != c.Target || c.Target.Incarnation == Incarnation.None)
        {
            return OtherLife(host, c.Target.Incarnation);
        }

        if (c.Target.Slot == c.By.Slot)
        {
            return Verdict.Refuse(Invalid, $"Host {host.Name} does not fence itself; its watchdog does.");
        }

        if (UnderFence(table, c.By) is { } fenced)
        {
            return fenced;
        }

        // A fencer that died, or is about to be fenced itself, must not keep everybody else from fencing.
        return host.Fencing is { } open && open.By != c.By && table.IsCurrent(open.By) && table.Host(open.By.Slot)!.Fencing is null
            ? Verdict.Refuse(UnderFencing, $"Host {host.Name} is already being fenced by {NameOf(table, open.By.Slot)}.")
            : table.With(host with { Fencing = new FencingEntry(c.Target, c.By) });
    }

    private static Verdict Close(LeaseTable table, CloseFencing c)
    {
        if (table.Host(c.Target.Slot) is not { Fencing: { } open } host || open.Target != c.Target)
        {
            return Verdict.Refuse(WrongState, $"No Fencing entry is open against {c.Target}.");
        }

        return open.By.Slot != c.By.Slot && table.IsCurrent(open.By)
            ? Verdict.Refuse(NotOwner, $"The Fencing entry against {host.Name} belongs to {NameOf(table, open.By.Slot)}.")
            : table.With(host with { Fencing = null });
    }

    private static Verdict Take(LeaseTable table, TakeOver c) => OnEntry(table, c.Machine, c.Expected, entry =>
    {
        if (entry.State == LeaseState.Free || entry.Owner != c.Proven)
        {
            return Verdict.Refuse(NotOwner, $"Machine {c.Machine} does not belong to the incarnation {c.Proven} that was proven dead: {Said(table, entry)}.");
        }

        // Safety: a host that thawed itself has committed a new incarnation; a proof against the old one says nothing about it.
        if (table.Host(c.Proven.Slot) is not { } dead || dead.Life != c.Proven)
        {
            return OtherLife(table.Host(c.Proven.Slot), c.Proven.Incarnation);
        }

        if (c.Proven.Slot == c.By.Slot || c.Proven.Slot == c.To.Slot)
        {
            return Verdict.Refuse(Invalid, "A host does not take over from itself; it rejoins.");
        }

        return !table.IsCurrent(c.To)
            ? OtherLife(table.Host(c.To.Slot), c.To.Incarnation)
            : UnderFence(table, c.By) ?? UnderFence(table, c.To) ?? (Verdict)Held(table, entry, c.To);
    });

    private static Verdict Claimed(LeaseTable table, MachineEntry entry, Claim c) =>
        entry.State != LeaseState.Free
            ? Verdict.Refuse(WrongState, $"Machine {c.Machine} is not free: {Said(table, entry)}.")
            : UnderFence(table, c.By) ?? (Verdict)Held(table, entry, c.By);

    /// <summary>Safety: no process goes on in the new epoch, so the target starts one from disk.</summary>
    private static Verdict HandedOn(LeaseTable table, MachineEntry entry, HandOn c) =>
        c.Target.Slot == c.By.Slot ? Verdict.Refuse(Invalid, $"Machine {c.Machine} is already on host {NameOf(table, c.By.Slot)}.")
        : !table.IsCurrent(c.Target) ? OtherLife(table.Host(c.Target.Slot), c.Target.Incarnation)
        : UnderFence(table, c.Target) ?? (Verdict)Held(table, entry, c.Target);

    private static Verdict Begun(LeaseTable table, MachineEntry entry, BeginMove c)
    {
        if (c.Target.Slot == c.By.Slot)
        {
            return Verdict.Refuse(Invalid, $"Machine {c.Machine} is already on host {NameOf(table, c.By.Slot)}.");
        }

        if (table.Machines.Values.Count(m => m.State == LeaseState.Moving) >= LeaseTable.MostMoves)
        {
            return Verdict.Refuse(Full, $"{LeaseTable.MostMoves} moves are open, which is the limit; wait for some to end.");
        }

        return !table.IsCurrent(c.Target)
            ? OtherLife(table.Host(c.Target.Slot), c.Target.Incarnation)
            : UnderFence(table, c.Target) ?? (Verdict)table.With(entry with { State = LeaseState.Moving, Target = c.Target, Epoch = new Epoch(table.Version), GivenFrom = entry.Epoch });
    }

    private static Verdict Given(LeaseTable table, MachineEntry entry)
    {
        var target = entry.Target!.Value;

        // Safety: the copy that reported complete belongs to the incarnation of BeginMove; a target that rebooted since has none.
        return !table.IsCurrent(target)
            ? OtherLife(table.Host(target.Slot), target.Incarnation)
            : UnderFence(table, target) ?? (Verdict)table.With(entry with
            {
                State = LeaseState.Held, Owner = target, Target = null, Epoch = new Epoch(table.Version), GivenFrom = entry.Epoch,
            });
    }

    private static Verdict Deleted(LeaseTable table, MachineEntry entry) =>
        entry.State == LeaseState.Free
            ? table with { Machines = table.Machines.Remove(entry.Machine) }
            : Verdict.Refuse(WrongState, $"Machine {entry.Machine} is in use: {Said(table, entry)}. Stop it first.");

    private static LeaseTable Held(LeaseTable table, MachineEntry entry, HostLife owner, Epoch givenFrom = default) =>
        table.With(entry with { State = LeaseState.Held, Owner = owner, Target = null, Epoch = new Epoch(table.Version), GivenFrom = givenFrom });

    private static LeaseTable Freed(LeaseTable table, MachineEntry entry) =>
        table.With(entry with { State = LeaseState.Free, Owner = null, Target = null, Epoch = new Epoch(table.Version), GivenFrom = Epoch.None });

    private static Verdict OnOwned(LeaseTable table, MachineId machine, Epoch expected, HostLife by, LeaseState state, Func<MachineEntry, Verdict> change) =>
        OnEntry(table, machine, expected, entry =>
            !entry.IsHeldBy(by) ? NotOwned(table, entry, by)
            : entry.State != state ? Verdict.Refuse(WrongState, $"Machine {machine} is not in the state {state}: {Said(table, entry)}.")
            : change(entry));

    private static Verdict OnEntry(LeaseTable table, MachineId machine, Epoch? expected, Func<MachineEntry, Verdict> change)
    {
        if (table.Machine(machine) is not { } entry)
        {
            return Verdict.Refuse(NoSuchMachine, $"Machine {machine} has no entry in the lease table.");
        }

        return expected is { } epoch && epoch != entry.Epoch
            ? Verdict.Refuse(OtherEpoch, $"Machine {machine} has epoch {entry.Epoch}, not {epoch} as expected: {Said(table, entry)}.")
            : change(entry);
    }

    private static Verdict? UnderFence(LeaseTable table, HostLife taker) =>
        table.Host(taker.Slot)?.Fencing is { } open
            ? Verdict.Refuse(UnderFencing, $"Host {NameOf(table, taker.Slot)} is being fenced by {NameOf(table, open.By.Slot)} and takes nothing.")
            : (Verdict?)null;

    private static Verdict NotOwned(LeaseTable table, MachineEntry entry, HostLife by) =>
        Verdict.Refuse(NotOwner, $"Machine {entry.Machine} does not belong to host {NameOf(table, by.Slot)}: {Said(table, entry)}.");

    private static Verdict NoHost(Slot slot) => Verdict.Refuse(NoSuchHost, $"No host has slot {slot}; run 'holdfast host add NAME' on a member.");

    private static Verdict OtherLife(HostRecord? host, Incarnation named) => host is null
        ? Verdict.Refuse(NoSuchHost, "The host named has no slot any more.")
        : Verdict.Refuse(OtherIncarnation, $"Host {host.Name} lives its incarnation {host.Life}, not {new HostLife(host.Slot, named)}.");

    private static string Said(LeaseTable table, MachineEntry e) => e.State switch
    {
        LeaseState.Free => $"it is free since epoch {e.Epoch}",
        LeaseState.Held => $"it is held by {NameOf(table, e.Owner!.Value.Slot)} since epoch {e.Epoch}",
        _ => $"it is moving from {NameOf(table, e.Owner!.Value.Slot)} to {NameOf(table, e.Target!.Value.Slot)} since epoch {e.Epoch}",
    };

    private static string NameOf(LeaseTable table, Slot slot) => table.Host(slot)?.Name ?? $"in slot {slot}";

    /// <summary>A changed table, or why not.</summary>
    private readonly record struct Verdict(LeaseTable? Next, CommandOutcome.Refused? Refusal)
    {
        public static Verdict Refuse(CommandRefusal reason, string sentence) => new(null, new CommandOutcome.Refused(reason, sentence));

        public static implicit operator Verdict(LeaseTable next) => new(next, null);
    }
}
