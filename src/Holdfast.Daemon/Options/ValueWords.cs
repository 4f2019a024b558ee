using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Daemon.Options;

/// <summary>Types and values of a configuration in words for people.</summary>
internal static class ValueWords
{
    private const int Longest = 60;

    /// <summary>Whether the value that the reader stands on is of this type, as far as one token tells.</summary>
    public static bool Fits(ref Utf8JsonReader reader, JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => reader.TokenType == JsonTokenType.StartObject,
        JsonTypeInfoKind.Enumerable => reader.TokenType == JsonTokenType.StartArray,
        _ when type.Type == typeof(bool) => reader.TokenType is JsonTokenType.True or JsonTokenType.False,
        _ when type.Type == typeof(int) => reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out _),
        _ when type.Type == typeof(double) => reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out _),
        _ when type.Type == typeof(Guid) => reader.TokenType == JsonTokenType.String && reader.TryGetGuid(out _),
        _ => reader.TokenType == JsonTokenType.String,
    };

    public static string Allowed(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object in { }",
        JsonTypeInfoKind.Enumerable => "a list in [ ]",
        _ when type.Type == typeof(bool) => "true or false",
        _ when type.Type == typeof(int) => "a whole number without quotes",
        _ when type.Type == typeof(double) => "a number without quotes",
        _ when type.Type == typeof(Guid) => "a UUID in quotes, as 'uuidgen' makes one",
        _ => "a text in quotes",
    };

    /// <summary>The value that the reader stands on, as it is written.</summary>
    public static string Of(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: return "an object";
            case JsonTokenType.StartArray: return "a list";
            case JsonTokenType.String: return $"'{Cut(reader.GetString()!)}'";
            default: return Cut(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    /// <summary>What to write instead of a key that is not known.</summary>
    public static string Instead(string name, IReadOnlyList<string> known)
    {
        var (near, distance) = known.Select(k => (k, Distance(name.ToLowerInvariant(), k.ToLowerInvariant()))).MinBy(k => k.Item2);
        return distance <= Math.Max(1, name.Length / 3) ? $"write '{near}', if that is meant" : $"known here are {string.Join(", ", known.Order(StringComparer.Ordinal))}";
    }

    private static string Cut(string text) => text.Length > Longest ? $"{text[..Longest]}…" : text;

    /// <summary>Letters to add, take away or change (Levenshtein 1966).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[^1];
    }
}
