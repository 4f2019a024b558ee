using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Holdfast.Daemon.Options;

/// <summary>
/// Where each key of a JSON text stands, after every key was found to be known and every value to be of its key's type. What is known is what the types
/// say into which the text is read, so there is no second list of keys.
/// </summary>
internal sealed class OptionsShape
{
    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
    private readonly Dictionary<string, int> lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly JsonSerializerOptions types;
    private readonly byte[] text;
    private int line = 1, counted;

    private OptionsShape(byte[] text, JsonSerializerOptions types) => (this.text, this.types) = (text, types);

    /// <exception cref="OptionsException">A key is unknown or there twice, or a value is of a wrong type.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static OptionsShape Of(string text, JsonTypeInfo type)
    {
        var shape = new OptionsShape(Encoding.UTF8.GetBytes(text), type.Options);
        var reader = new Utf8JsonReader(shape.text, Lenient);
        reader.Read();
        shape.Value(ref reader, new("", type.Type, Nullable: false));
        reader.Read();      // what stands behind the end
        return shape;
    }

    /// <summary>The line of a key ("networks[0].role"), else of the nearest part around it that is there; null: of nothing but the whole file.</summary>
    public int? LineOf(string path)
    {
        for (var part = path; part.Length > 0; part = part[..Math.Max(0, part.LastIndexOfAny(['.', '[']))])
        {
            if (lines.TryGetValue(part, out var found))
            {
                return found;
            }
        }

        return null;
    }

    private void Value(ref Utf8JsonReader reader, Slot slot)
    {
        var type = Nullable.GetUnderlyingType(slot.Type) ?? slot.Type;
        if (reader.TokenType == JsonTokenType.Null && (slot.Nullable || type != slot.Type))
        {
            return;
        }

        var info = types.GetTypeInfo(type);
        if (!ValueWords.Fits(ref reader, info))
        {
            throw new OptionsException($"{(slot.Path.Length == 0 ? "the file" : slot.Path)} is {ValueWords.Of(ref reader)}; it must be {ValueWords.Allowed(info)}.", Line(reader.TokenStartIndex));
        }

        switch (info.Kind)
        {
            case JsonTypeInfoKind.Object: Members(ref reader, slot.Path, info); break;
            case JsonTypeInfoKind.Dictionary: Entries(ref reader, slot.Path, info.ElementType!); break;
            case JsonTypeInfoKind.Enumerable: Items(ref reader, slot.Path, info.ElementType!); break;
        }
    }

    private void Members(ref Utf8JsonReader reader, string path, JsonTypeInfo info)
    {
        var began = Line(reader.TokenStartIndex);
        var known = info.Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null).ToDictionary(p => p.Name, StringComparer.OrdinalIgnoreCase);
        var missing = known.Values.Where(p => p.AssociatedParameter is { HasDefaultValue: false }).Select(p => p.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            var key = Key(ref reader, path, name);
            if (!known.TryGetValue(name, out var property))
            {
                throw new OptionsException($"{key} is not known; {ValueWords.Instead(name, [.. known.Values.Select(p => p.Name)])}.", Line(reader.TokenStartIndex));
            }

            missing.Remove(name);
            reader.Read();
            Value(ref reader, new(key, property.PropertyType, property.AssociatedParameter?.IsNullable ?? property.IsSetNullable));
        }

        if (missing.FirstOrDefault() is { } absent)
        {
            throw new OptionsException($"{Join(path, absent)} is missing; it must be {ValueWords.Allowed(types.GetTypeInfo(known[absent].PropertyType))}.", began);
        }
    }

    private void Entries(ref Utf8JsonReader reader, string path, Type element)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var key = Key(ref reader, path, reader.GetString()!);
            reader.Read();
            Value(ref reader, new(key, element, Nullable: false));
        }
    }

    private void Items(ref Utf8JsonReader reader, string path, Type element)
    {
        for (var n = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; n++)
        {
            var item = $"{path}[{n}]";
            lines[item] = Line(reader.TokenStartIndex);
            Value(ref reader, new(item, element, Nullable: false));
        }
    }

    /// <summary>Of two the reader would take the last, and people see the first.</summary>
    private string Key(ref Utf8JsonReader reader, string path, string name)
    {
        var (key, at) = (Join(path, name), Line(reader.TokenStartIndex));
        return lines.TryAdd(key, at) ? key : throw new OptionsException($"{key} is there a second time (first in line {lines[key]}); keep one of them.", at);
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>The reader only goes forward, and so does this.</summary>
    private int Line(long index)
    {
        for (; counted < index; counted++)
        {
            line += text[counted] == '\n' ? 1 : 0;
        }

        return line;
    }

    private readonly record struct Slot(string Path, Type Type, bool Nullable);
}
