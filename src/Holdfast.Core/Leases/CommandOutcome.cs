namespace Holdfast.Core.Leases;

/// <summary>What became of one command of a batch.</summary>
public abstract record CommandOutcome
{
    private CommandOutcome()
    {
    }

    /// <summary>Done; <paramref name="Epoch"/> is the version that did it.</summary>
    public sealed record Done(Epoch Epoch) : CommandOutcome;

    /// <summary>Not done, the table is as if it had never been asked for.</summary>
    /// <param name="Sentence">One sentence for people: what was asked, what holds instead.</param>
    public sealed record Refused(CommandRefusal Reason, string Sentence) : CommandOutcome;
}

/// <summary>Why a command was refused; the decision code switches on it.</summary>
public enum CommandRefusal
{
    /// <summary>The author's incarnation is not (or no longer) the current one of its slot.</summary>
    AuthorNotCurrent,

    /// <summary>An open Fencing entry stands against the one who would take.</summary>
    UnderFencing,

    NoSuchMachine,
    MachineExists,
    NoSuchHost,

    /// <summary>The slot or the name belongs to another host.</summary>
    SlotTaken,

    /// <summary>The entry's state is not the one that this change starts from.</summary>
    WrongState,

    /// <summary>Another life owns the machine.</summary>
    NotOwner,

    /// <summary>The entry has another epoch than the command expected.</summary>
    OtherEpoch,

    /// <summary>The target's or the proven incarnation is not the current one of its slot.</summary>
    OtherIncarnation,

    /// <summary>The host still owns machines.</summary>
    StillOwns,

    /// <summary>The table is full.</summary>
    Full,

    /// <summary>The command makes no sense in itself (a move to oneself, a bad name).</summary>
    Invalid,
}
