using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Core.Model;

namespace Holdfast.Adapters.Definitions;

/// <summary><c>machine.json</c>: indented, because people read it when the cluster is gone.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(MachineDefinition))]
internal sealed partial class DefinitionJson : JsonSerializerContext;
