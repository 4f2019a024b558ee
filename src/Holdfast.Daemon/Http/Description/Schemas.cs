using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Holdfast.Api;

namespace Holdfast.Daemon.Http.Description;

/// <summary>JSON Schema of the contracts, from the same generated facts by which they are written and read; each named type once.</summary>
internal sealed class Schemas(ContractDocs docs)
{
    private static readonly JsonSerializerOptions Options = ApiJson.Default.Options;

    /// <summary>By name; the schema of a type that is being made refers to it by its name already.</summary>
    public JsonObject Components { get; } = [];

    public JsonNode Of(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object => Named(type.Type, () => Object(type)),
        JsonTypeInfoKind.Enumerable => new JsonObject { ["type"] = "array", ["items"] = Of(Options.GetTypeInfo(type.ElementType!)) },
        JsonTypeInfoKind.Dictionary => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(Options.GetTypeInfo(type.ElementType!)) },
        _ => Leaf(type),
    };

    private JsonNode Leaf(JsonTypeInfo type)
    {
        if (Nullable.GetUnderlyingType(type.Type) is { } inner)
        {
            return OrNull(Of(Options.GetTypeInfo(inner)));
        }

        return type.Type.IsEnum ? Named(type.Type, () => Enumeration(type)) : Options.GetJsonSchemaAsNode(type.Type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
    }

    private JsonObject Named(Type type, Func<JsonObject> make)
    {
        if (!Components.ContainsKey(type.Name))
        {
            Components[type.Name] = new JsonObject();
            Components[type.Name] = make();
        }

        return new JsonObject { ["$ref"] = $"#/components/schemas/{type.Name}" };
    }

    private JsonObject Object(JsonTypeInfo type)
    {
        JsonObject properties = [];
        JsonArray required = [];
        foreach (var property in type.Properties)
        {
            properties[property.Name] = Described(Property(property), docs.Of(property));
            if (property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false })
            {
                required.Add((JsonNode)property.Name);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        if (required.Count > 0)
        {
            schema["required"] = required;
        }

        return (JsonObject)Described(schema, docs.Of(type.Type));
    }

    private JsonNode Property(JsonPropertyInfo property)
    {
        var schema = Of(Options.GetTypeInfo(property.PropertyType));
        return property.IsGetNullable && Nullable.GetUnderlyingType(property.PropertyType) is null ? OrNull(schema) : schema;
    }

    private JsonObject Enumeration(JsonTypeInfo type)
    {
        var words = Options.GetJsonSchemaAsNode(type.Type)["enum"]!.DeepClone();
        JsonObject meanings = [.. Enum.GetNames(type.Type).Select(name => KeyValuePair.Create(JsonNamingPolicy.CamelCase.ConvertName(name), (JsonNode?)docs.Of(type.Type, name))).Where(m => m.Value is not null)];
        var schema = new JsonObject { ["type"] = "string", ["enum"] = words };
        if (meanings.Count > 0)
        {
            schema["x-enumDescriptions"] = meanings;
        }

        return (JsonObject)Described(schema, docs.Of(type.Type));
    }

    private static JsonObject OrNull(JsonNode schema) => new() { ["anyOf"] = new JsonArray(schema, new JsonObject { ["type"] = "null" }) };

    private static JsonNode Described(JsonNode schema, string? description)
    {
        if (description is not null && schema is JsonObject named)
        {
            named["description"] = description;
        }

        return schema;
    }
}
