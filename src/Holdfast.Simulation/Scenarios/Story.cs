using System.Globalization;

namespace Holdfast.Simulation.Scenarios;

/// <summary>
/// One scenario as text: a first part that is written by hand (comments, <c>given</c> lines, <c>at SECOND ORDER…</c> lines, <c>until SECOND</c>), a line of
/// dashes, and what comes of it, exactly.
/// </summary>
public static class Story
{
    private const string Divider = "----";

    /// <summary>The whole text with what really comes of its first part.</summary>
    public static string Retold(string text)
    {
        var script = Script(text);
        var stage = new Stage(Settings(script, "given"));
        foreach (var (at, order) in Orders(script))
        {
            stage.At(at, order);
        }

        var end = Settings(script, "until").SingleOrDefault() ?? throw new FormatException("A story needs a line 'until SECOND'.");
        return $"{string.Join('\n', script)}\n{Divider}\n{string.Join('\n', stage.Play(Seconds(end)))}\n";
    }

    internal static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(Number(text));

    internal static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    private static List<string> Script(string text) => [.. text.ReplaceLineEndings("\n").Split('\n').TakeWhile(line => line != Divider)];

    private static IEnumerable<string> Settings(IEnumerable<string> script, string word) =>
        script.Where(line => line.StartsWith(word + " ", StringComparison.Ordinal)).Select(line => line[(word.Length + 1)..]);

    private static IEnumerable<(TimeSpan At, string[] Order)> Orders(IEnumerable<string> script) =>
        Settings(script, "at").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(words => (Seconds(words[0]), words[1..]));
}
