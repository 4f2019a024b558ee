namespace Holdfast.Simulation;

/// <summary>What one seed came to.</summary>
/// <param name="Simulated">True time that passed in the run.</param>
/// <param name="Steps">Happenings in the heap that had their turn.</param>
/// <param name="Faults">How often each kind of fault struck.</param>
/// <param name="Events">How often each noteworthy thing happened.</param>
/// <param name="Hash">Equal for two runs only when their traces are.</param>
public sealed record SimulationResult(
    ulong Seed, TimeSpan Simulated, long Steps, IReadOnlyDictionary<string, long> Faults, IReadOnlyDictionary<string, long> Events,
    IReadOnlyList<Violation> Violations, ulong Hash, IReadOnlyList<string> Trace);
