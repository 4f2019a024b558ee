using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Core.Guarding;

/// <summary>The guard's wire form: one JSON object a line, generated at build time because the guard is compiled ahead of time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(GuardOrder))]
[JsonSerializable(typeof(GuardMessage))]
public sealed partial class GuardCodec : JsonSerializerContext;
