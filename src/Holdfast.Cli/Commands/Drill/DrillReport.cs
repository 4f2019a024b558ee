using System.Globalization;
using System.Text.Json.Serialization;

namespace Holdfast.Cli.Commands.Drill;

/// <summary>What a drill cost, and whether that was expected.</summary>
/// <param name="At">When its first step was taken.</param>
/// <param name="HeldSeconds">How long the fault was in effect.</param>
/// <param name="WholeAgainSeconds">From the healing until every host was ready and nothing was named broken; null: not within the limit.</param>
/// <param name="Harm">Events that must not be: a suspicion, a fencing, a freezing.</param>
/// <param name="NotWhole">What was still wrong then.</param>
internal sealed record DrillReport(
    DateTimeOffset At, string Name, string Title, DrillMachine[] Machines, DrillSign[] Signs, string[] Harm, double HeldSeconds, double? WholeAgainSeconds, string? NotWhole)
{
    /// <summary>The host of a live cluster that it struck; null: it was run in a lab, and watched from outside.</summary>
    public string? Host { get; init; }

    /// <summary>One sentence for the cluster's events; where it was not as expected it begins so.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{(Met ? "as expected" : "not as expected")}: {Title.TrimEnd('.')}{(Host is null ? " (in a lab)" : $" (on {Host})")}; {Machines.Length} machines, longest outage {Machines.Select(m => m.OutageSeconds).DefaultIfEmpty().Max():0.0} s; {(WholeAgainSeconds is { } s ? $"whole again after {s:0.0} s" : "not whole again")}");

    /// <summary>Everything was as expected.</summary>
    public bool Met => NotWhole is null && Harm is [] && Machines.All(m => m.Wrong is null) && Signs.All(s => s.Seconds is not null);
}

/// <param name="Seconds">From the fault until it was seen; null: it was not.</param>
internal sealed record DrillSign(string What, double? Seconds, string? Instead);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(DrillReport))]
[JsonSerializable(typeof(DrillSummary[]))]
[JsonSerializable(typeof(DrillProof[]))]
[JsonSerializable(typeof(DrillReport[]))]
internal sealed partial class DrillJson : JsonSerializerContext;
