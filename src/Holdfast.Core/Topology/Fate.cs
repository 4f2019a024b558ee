namespace Holdfast.Core.Topology;

/// <summary>What becomes of a machine, the worst last.</summary>
public enum Outcome
{
    Unaffected,

    /// <summary>It runs where it ran, with less to spare.</summary>
    RedundancyLost,

    /// <summary>It moved live to another host.</summary>
    Moved,

    /// <summary>It was started anew on another host.</summary>
    Restarted,

    /// <summary>It runs where it ran, and nobody reaches it on the guest network.</summary>
    Unreachable,

    /// <summary>It stands still on its host until its datastore is back.</summary>
    Paused,

    /// <summary>It runs nowhere, and waits.</summary>
    Pending,
}

/// <param name="Host">Slot of the host that it is on then; null: none.</param>
public sealed record Fate(MachineFacts Machine, Outcome Outcome, int? Host, string Reason)
{
    /// <summary>Nobody gets anything from it.</summary>
    public bool IsLost => Outcome >= Outcome.Unreachable;

    /// <summary>It waits because no host has room.</summary>
    public bool LacksRoom { get; init; }

    /// <summary>"redundancy-lost"</summary>
    public static string Word(Outcome outcome) => outcome == Outcome.RedundancyLost ? "redundancy-lost" : outcome.ToString().ToLowerInvariant();
}
