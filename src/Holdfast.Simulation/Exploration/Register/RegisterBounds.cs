using System.Collections.Immutable;
using Holdfast.Core.Leases;

namespace Holdfast.Simulation.Exploration.Register;

/// <summary>How much may happen in one search of the lease register.</summary>
/// <param name="Hosts">One entry a host: what it may do.</param>
/// <param name="Faults">Crashes, torn, lost, hung and late I/O, failed reads, all hosts together.</param>
/// <param name="Rounds">A host that would need a higher ballot round than this for one version stops there.</param>
internal sealed record RegisterBounds(ImmutableArray<HostBounds> Hosts, int Faults, RegisterFaults Kinds = RegisterFaults.All, int Rounds = 3, int Strangers = 0)
{
    public RegisterFlaws Flaws { get; init; }

    public WorldFlaws WorldFlaws { get; init; }
}

/// <param name="Submits">Batches that it submits, each at any time.</param>
/// <param name="Prepares">Promises that it takes in advance, each at any time.</param>
internal sealed record HostBounds(int Submits = 0, int Prepares = 0, int Polls = 0);

/// <summary>Which faults a search has.</summary>
[Flags]
internal enum RegisterFaults
{
    None = 0,

    /// <summary>A host's process or the host dies, with or without a write in flight; it may come back.</summary>
    Crash = 1,

    /// <summary>A write ends with an error and lands later, or never.</summary>
    Lost = 2,

    /// <summary>A write tears its side.</summary>
    Torn = 4,

    /// <summary>A write gets no answer and lands later, or ends with an error.</summary>
    Hung = 8,

    /// <summary>A read fails.</summary>
    Unreadable = 16,

    /// <summary>A read's answer comes after others that were asked for later.</summary>
    LateRead = 32,

    /// <summary>A crash whose write never left the host: a part of <see cref="Crash"/>, for searches that need no more.</summary>
    CleanCrash = 64,
    All = Crash | Lost | Torn | Hung | Unreadable | LateRead,
}

/// <summary>Rules that lie outside the register's own code, left out on purpose.</summary>
[Flags]
internal enum WorldFlaws
{
    None = 0,

    /// <summary>A restarted host writes although a write of its former process may still land (rule 3).</summary>
    WritesBeforeDrain = 1,

    /// <summary>A slot that is given to a new host is formatted (rule 4).</summary>
    FormatsReusedArea = 2,
}
