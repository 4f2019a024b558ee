using System.Text.Json.Serialization;

namespace Holdfast.Cli.Commands.Simulate;

/// <summary>What <c>holdfast simulate</c> has run.</summary>
/// <param name="Speed">Simulated time over wall time.</param>
/// <param name="Faults">How often each kind struck.</param>
/// <param name="Events">What the faults led to, and what of them hit a call.</param>
internal sealed record SimulateReport(
    ulong FirstSeed, int Seeds, int Hosts, int Machines, double SimulatedSeconds, double WallSeconds, double Speed, long Steps, double StepsPerSecond,
    SortedDictionary<string, long> Faults, SortedDictionary<string, long> Events, BrokenRule[] Violations);

/// <param name="Replay">The command that shows it again.</param>
internal sealed record BrokenRule(ulong Seed, double At, string Rule, string What, string Replay);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SimulateReport))]
internal sealed partial class SimulateJson : JsonSerializerContext;
