using System.Globalization;
using System.Text.Json;
using Holdfast.Console.Cluster;

namespace Holdfast.Console.Language;

/// <summary>The console's own words in the language of its reader, one file a language. What the agents say stays as they say it.</summary>
public sealed class Say
{
    public static readonly string[] Languages = ["en", "de"];

    private Dictionary<string, string> words = Load("en");

    public string Language { get; private set; } = "en";

    /// <summary>How this language writes numbers: the browser's runtime has no cultures of its own.</summary>
    public NumberFormatInfo Numbers { get; private set; } = NumberFormatInfo.InvariantInfo;

    /// <summary>A key that no file has is shown itself, so that it is seen.</summary>
    public string this[string key] => words.GetValueOrDefault(key, key);

    public void Speak(string language)
    {
        Language = language;
        words = Load(language);
        Numbers = language == "de" ? new NumberFormatInfo { NumberDecimalSeparator = ",", NumberGroupSeparator = "." } : NumberFormatInfo.InvariantInfo;
    }

    /// <summary>The words with what belongs into their {0}, {1} …</summary>
    public string Of(string key, params object?[] values) => string.Format(Numbers, this[key], values);

    /// <summary>The words for so many: "KEY.one" for one, "KEY" for any other number.</summary>
    public string Count(string key, int count) => Of(count == 1 ? $"{key}.one" : key, count);

    /// <summary>The word for a value of an enumeration: "host.up" for <see cref="Api.HostState.Up"/>.</summary>
    public string Word<T>(string kind, T value)
        where T : struct, Enum => this[$"{kind}.{JsonNamingPolicy.CamelCase.ConvertName(value.ToString())}"];

    public static Dictionary<string, string> Load(string language)
    {
        using var file = typeof(Say).Assembly.GetManifestResourceStream($"{language}.json") ?? throw new InvalidOperationException($"There is no {language}.json.");
        return JsonSerializer.Deserialize(file, ConsoleJson.Default.DictionaryStringString)!;
    }
}
