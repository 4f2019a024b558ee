using System.Collections.Immutable;

namespace Holdfast.Core.Leases;

/// <summary>
/// One change of the lease table, with its author. Its preconditions are checked against the table that it is applied to, at commit
/// time; what does not hold is a <see cref="CommandOutcome.Refused"/>, never an exception. See <see cref="TableRules"/>.
/// </summary>
public abstract record TableCommand(HostLife By);

/// <summary>Give a free slot to a host. By a member: a host never gives itself a slot, or two could take the same one.</summary>
public sealed record AssignSlot(Slot Slot, string Name, HostLife By) : TableCommand(By);

/// <summary>Take the slot of a host that was proven dead (<paramref name="Proven"/>; None for one that never joined) and owns nothing.</summary>
public sealed record RemoveHost(Slot Slot, Incarnation Proven, HostLife By) : TableCommand(By);

/// <summary>
/// The host in slot <c>By.Slot</c> begins the incarnation <c>By.Incarnation</c> (a boot, or a rejoin after an expiry) and settles what its older
/// incarnation owned: <paramref name="Kept"/> stay with it (their processes are still here; a move in progress is cancelled), all others become
/// Free, so they must be Gone. A kept process may go on only when the new entry names its epoch as <see cref="MachineEntry.GivenFrom"/>: the machine may have been
/// taken away, have run elsewhere, and have been given back since that process stopped.
/// </summary>
public sealed record JoinHost(HostLife By, string Name, Guid BootId, WatchdogClass Watchdog, ImmutableArray<KeptProcess> Kept) : TableCommand(By);

/// <param name="Granted">The epoch of the process's grant; None: not known, so it must not go on.</param>
public readonly record struct KeptProcess(MachineId Machine, Epoch Granted);

/// <summary>Free → Held(By).</summary>
public sealed record Claim(MachineId Machine, HostLife By) : TableCommand(By);

/// <summary>Held(By) → Held(By) with a new epoch: every start of a QEMU process is a commit.</summary>
public sealed record Restart(MachineId Machine, Epoch Expected, HostLife By) : TableCommand(By);

/// <summary>Held(By) or Moving(By→…) → Free: the machine is Gone here.</summary>
public sealed record Release(MachineId Machine, Epoch Expected, HostLife By) : TableCommand(By);

/// <summary>Held(By) → Held(Target): the machine is Gone here, and the target is to start it.</summary>
public sealed record HandOn(MachineId Machine, Epoch Expected, HostLife Target, HostLife By) : TableCommand(By);

/// <summary>Held(By) → Moving(By→Target).</summary>
public sealed record BeginMove(MachineId Machine, Epoch Expected, HostLife Target, HostLife By) : TableCommand(By);

/// <summary>Moving(By→B) → Held(B): B holds the complete, paused machine, and the own copy is frozen and has not run since.</summary>
public sealed record CommitMove(MachineId Machine, Epoch Expected, HostLife By) : TableCommand(By);

/// <summary>Moving(By→B) → Held(By): the migration failed or its outcome is unknown.</summary>
public sealed record CancelMove(MachineId Machine, Epoch Expected, HostLife By) : TableCommand(By);

/// <summary>Say that By is about to power <paramref name="Target"/> off. From now on it takes nothing.</summary>
public sealed record OpenFencing(HostLife Target, HostLife By) : TableCommand(By);

/// <summary>Withdraw it.</summary>
public sealed record CloseFencing(HostLife Target, HostLife By) : TableCommand(By);

/// <summary>
/// Held(Proven) or Moving(Proven→…) → Held(To), which is By or another living member. The caller holds a proof of death of exactly this incarnation.
/// </summary>
/// <param name="Expected">The one epoch that the proof is about; null: it is about everything that the incarnation had.</param>
public sealed record TakeOver(MachineId Machine, HostLife Proven, HostLife By, HostLife To, Epoch? Expected = null) : TableCommand(By)
{
    public TakeOver(MachineId machine, HostLife proven, HostLife by)
        : this(machine, proven, by, by)
    {
    }
}

public sealed record SetWanted(MachineId Machine, WantedState Wanted, HostLife By) : TableCommand(By);

public sealed record CreateEntry(MachineId Machine, WantedState Wanted, HostLife By) : TableCommand(By);

/// <summary>Free → no entry.</summary>
public sealed record DeleteEntry(MachineId Machine, HostLife By) : TableCommand(By);

/// <summary>Any → Free, by an administrator's explicit word; the only change that needs neither owner nor proof.</summary>
public sealed record ForceFree(MachineId Machine, Epoch Expected, HostLife By) : TableCommand(By);
