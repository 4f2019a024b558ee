using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Lab;

/// <summary>JSON of what the lab reports, generated at build time (the command line is a native program).</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(TruthReport))]
[JsonSerializable(typeof(ObserveReport))]
[JsonSerializable(typeof(LabStatus))]
[JsonSerializable(typeof(IReadOnlyList<LabStatus>))]
[JsonSerializable(typeof(LabOptions))]
public sealed partial class LabJson : JsonSerializerContext
{
    public static string Write(TruthReport report) => JsonSerializer.Serialize(report, Default.TruthReport);

    public static string Write(ObserveReport report) => JsonSerializer.Serialize(report, Default.ObserveReport);

    public static string Write(LabStatus status) => JsonSerializer.Serialize(status, Default.LabStatus);
}
