namespace Holdfast.Lab;

/// <summary>What really runs, seen from outside: /proc and the serial logs, no agent asked.</summary>
public sealed record TruthReport(IReadOnlyList<TruthMachine> Machines);

/// <summary>One machine. The counter, boot id and verdicts are the guest's own, from its last serial line.</summary>
/// <param name="Gaps">How often the guest found that a count it had fsynced was gone.</param>
/// <param name="ForeignWrites">How often the guest found that another boot had written to its disk.</param>
public sealed record TruthMachine(string Name, IReadOnlyList<TruthCopy> Copies, long? Counter, string? BootId, long? Gaps, long? ForeignWrites)
{
    /// <summary>Its guest's kernel has panicked, and has not booted since.</summary>
    public bool Panicked { get; init; }

    /// <summary>How often its guest was told by its disk that it could not read or write, in all boots.</summary>
    public long IoErrors { get; init; }
}

/// <summary>One QEMU process.</summary>
/// <param name="Pid">Outer pid.</param>
/// <param name="Started">When the process was started (UTC).</param>
/// <param name="Executing">Whether its virtual CPUs run: no thread stopped, and CPU time grew while it was watched.</param>
public sealed record TruthCopy(string Host, int Pid, DateTimeOffset Started, bool Executing);

/// <summary>How a machine's counter went on over a time, for measuring a pause.</summary>
/// <param name="LongestSilence">The longest time between two lines.</param>
/// <param name="SilenceBegan">When the line before it was seen (UTC).</param>
/// <param name="SilenceBeforeCounter">The counter of that line.</param>
public sealed record ObserveReport(string Machine, TimeSpan Watched, long Lines, long FirstCounter, long LastCounter,
    TimeSpan LongestSilence, DateTimeOffset? SilenceBegan, long? SilenceBeforeCounter, TimeSpan MedianInterval, IReadOnlyList<ObservedHost> Hosts);

/// <summary>When the machine counted on which host.</summary>
public sealed record ObservedHost(string Host, DateTimeOffset First, DateTimeOffset Last, long FirstCounter, long LastCounter, string BootId);
