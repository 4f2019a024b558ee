using System.Text.Json.Serialization;

namespace Holdfast.Cli.Commands.Simulate;

/// <summary>What <c>holdfast simulate</c> has run.</summary>
/// <param name="Speed">Simulated time over wall time.</param>
/// <param name="CostPerHost">Seconds of one core for each host and simulated second.</param>
/// <param name="Traces">Hexadecimal; equal for two calls only when every seed went the same way in both.</param>
/// <param name="Faults">How often each kind struck.</param>
/// <param name="Events">What the faults led to, and what of them hit a call.</param>
internal sealed record SimulateReport(
    ulong FirstSeed, int Seeds, int Hosts, int Clusters, int Machines, int Jobs, double SimulatedSeconds, double WallSeconds, double Speed, long Steps, double StepsPerSecond,
    double CostPerHost, string Traces,
    SortedDictionary<string, long> Faults, SortedDictionary<string, long> Events, BrokenRule[] Violations);

/// <param name="Replay">The command that shows it again.</param>
internal sealed record BrokenRule(ulong Seed, double At, string Rule, string What, string Replay);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(SimulateReport))]
[JsonSerializable(typeof(WeakeningReport[]))]
internal sealed partial class SimulateJson : JsonSerializerContext;
