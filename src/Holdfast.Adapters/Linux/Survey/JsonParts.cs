using System.Text.Json;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>Reads what may be missing. Programs of other versions leave out fields, or add some.</summary>
internal static class JsonParts
{
    /// <summary>An element that is nothing where there is no such field.</summary>
    public static JsonElement Part(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var part) ? part : default;

    public static string? Text(this JsonElement element, string name) => element.Part(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : [];
}
