using System.Text.Json.Serialization;

namespace Holdfast.Cli.Commands.Explore;

/// <summary>What <c>holdfast explore</c> has searched.</summary>
internal sealed record ExploreReport(ExploredModel[] Searches);

/// <param name="MustFind">A rule was left out, so that a violation had to be found.</param>
/// <param name="Complete">Nothing was cut off by depth or time: these are all states of the model.</param>
/// <param name="Path">The shortest path to the violation.</param>
internal sealed record ExploredModel(
    string Model, string Search, string Meaning, bool MustFind, long States, long Moves, int Depth, bool Complete, double Seconds, string? Violation, string[] Path);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ExploreReport))]
internal sealed partial class ExploreJson : JsonSerializerContext;
