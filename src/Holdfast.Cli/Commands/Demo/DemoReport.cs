using System.Text.Json.Serialization;

namespace Holdfast.Cli.Commands.Demo;

/// <summary>What <c>holdfast demo</c> saw, step by step.</summary>
/// <param name="Address">Where the lab's API answers.</param>
/// <param name="Console">Where a browser on this machine finds the web console; null: nowhere.</param>
internal sealed record DemoReport(string Lab, DemoStep[] Steps, string Address, string? Console);

/// <param name="Seconds">How long the step took, or when it was reached, as <paramref name="What"/> says.</param>
internal sealed record DemoStep(string What, double Seconds, string Seen);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DemoReport))]
internal sealed partial class DemoJson : JsonSerializerContext;
