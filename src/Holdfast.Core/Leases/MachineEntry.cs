namespace Holdfast.Core.Leases;

/// <summary>Whether the machine's administrator wants it to run.</summary>
public enum WantedState : byte
{
    Stop = 0,
    Run = 1,
}

/// <summary>The lease's state (DESIGN §3).</summary>
public enum LeaseState : byte
{
    /// <summary>Nobody may run it.</summary>
    Free = 0,

    /// <summary>The owner may run it.</summary>
    Held = 1,

    /// <summary>The owner may run it and is migrating it to the target.</summary>
    Moving = 2,
}

/// <summary>One machine's lease.</summary>
/// <param name="Epoch">The table version of the entry's last change of state or owner. A change of <paramref name="Wanted"/> alone keeps it: a wish must not void a running machine's grant.</param>
/// <param name="Owner">Set when Held or Moving.</param>
/// <param name="Target">Set when Moving.</param>
/// <param name="GivenFrom">
/// The epoch of the process that goes on in this one: of the move in which the source gave the machine to the owner, or that in which the owner itself had it before its
/// rejoin or a move that it began or cancelled; None when the owner has it by any other way (a claim, a takeover), so that only a new process may run.
/// </param>
public sealed record MachineEntry(
    MachineId Machine, WantedState Wanted, LeaseState State, Epoch Epoch, HostLife? Owner = null, HostLife? Target = null, Epoch GivenFrom = default)
{
    /// <summary>True when <paramref name="life"/> may run the machine, as far as the table goes.</summary>
    public bool IsHeldBy(HostLife life) => State != LeaseState.Free && Owner == life;
}
