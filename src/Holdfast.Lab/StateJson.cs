using System.Text.Json.Serialization;
using Holdfast.Lab.Faults;
using Holdfast.Lab.Hosts;

namespace Holdfast.Lab;

/// <summary>JSON of the lab's own files.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(LabState))]
[JsonSerializable(typeof(FaultTable))]
[JsonSerializable(typeof(AgentConfiguration))]
internal sealed partial class StateJson : JsonSerializerContext;
