using System.Text.RegularExpressions;
using Holdfast.Api;
using Holdfast.Console.Language;

namespace Holdfast.Console.Tests.Views;

public sealed partial class LanguageTests
{
    private static readonly Dictionary<string, string> English = Say.Load("en"), German = Say.Load("de");

    [Fact]
    public void Both_languages_have_the_same_words_to_say_and_the_same_places_in_them()
    {
        Assert.Equal(English.Keys.Order(StringComparer.Ordinal), German.Keys.Order(StringComparer.Ordinal));
        Assert.All(English, e => Assert.Equal(Places(e.Value), Places(German[e.Key])));
        Assert.All(German.Values.Concat(English.Values), text => Assert.False(string.IsNullOrWhiteSpace(text)));
    }

    [Fact]
    public void Every_key_that_the_console_names_is_there_and_every_one_that_is_there_is_named()
    {
        var sources = Directory.EnumerateFiles(Path.Combine(Built.Top, "src/Holdfast.Console"), "*", SearchOption.AllDirectories).Where(f => f.EndsWith(".razor", StringComparison.Ordinal) || f.EndsWith(".cs", StringComparison.Ordinal))
            .Select(File.ReadAllText).ToList();
        var named = sources.SelectMany(s => Named().Matches(s).Select(m => m.Groups[1].Value)).ToHashSet();
        Assert.All(named.Where(n => !n.EndsWith(".svg", StringComparison.Ordinal)), key => Assert.True(English.ContainsKey(key), $"'{key}' is named and not in en.json"));

        // Keys that are put together: "host." and a state.
        var beginnings = sources.SelectMany(s => PutTogether().Matches(s).Select(m => m.Groups[1].Value)).Concat(sources.SelectMany(s => ByValue().Matches(s).Select(m => m.Groups[1].Value + "."))).Where(b => b.Contains('.')).ToList();
        Assert.All(English.Keys, key => Assert.True(named.Contains(key) || (key.EndsWith(".one", StringComparison.Ordinal) && named.Contains(key[..^".one".Length])) || beginnings.Exists(b => key.StartsWith(b, StringComparison.Ordinal)), $"nobody says '{key}'"));
    }

    [Fact]
    public void Every_state_has_a_word()
    {
        All<HostState>("host");
        All<MachineState>("machine");
        All<Health>("health");
        All<DrainState>("drain");
        All<DeviceState>("device");
        Assert.All((string[])["connected", "isolated", "partition minority", "partition majority", "network dead", "unknown", "dead"], v => Assert.Contains($"verdict.{v}", English.Keys));
        Assert.All((string[])["unaffected", "redundancy-lost", "moved", "restarted", "unreachable", "paused", "pending"], o => Assert.Contains($"outcome.{o}", English.Keys));
        Assert.All((string[])["create", "set", "start", "stop", "kill", "delete", "migrate", "cancel-migration", "relocate", "add-datastore", "fence", "drain"], t => Assert.Contains($"task.{t}", English.Keys));
    }

    [Fact]
    public void Numbers_are_written_as_the_language_writes_them()
    {
        var say = new Say();
        Assert.Equal("12.5 s", say.Of("seconds", 12.5));
        say.Speak("de");
        Assert.Equal("12,5 s", say.Of("seconds", 12.5));
    }

    private static void All<T>(string kind)
        where T : struct, Enum
    {
        var say = new Say();
        Assert.All(Enum.GetValues<T>(), v => Assert.DoesNotContain($"{kind}.", say.Word(kind, v), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(m => m.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d(:[^}]*)?\}")]
    private static partial Regex Place();

    /// <summary>"nav.map" wherever it is written: keys have a dot, and stand in quotes.</summary>
    [GeneratedRegex("\"((?:yes|no|seconds|[a-z]+(?:\\.[a-z0-9][A-Za-z0-9-]*)+))\"")]
    private static partial Regex Named();

    [GeneratedRegex("\\$\"([a-z]+\\.(?:[a-z]+\\.)?)\\{")]
    private static partial Regex PutTogether();

    [GeneratedRegex("Word\\(\"([a-z]+)\"")]
    private static partial Regex ByValue();
}
