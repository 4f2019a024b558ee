namespace Holdfast.Bench;

/// <summary>A command's words: those without a name in their order, and --name value pairs.</summary>
internal sealed class Options
{
    private readonly string usage;
    private readonly List<string> words = [];
    private readonly Dictionary<string, string> named = [];

    public Options(string[] args, string usage, params string[] names)
    {
        this.usage = usage;
        for (var i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(args[i]);
            }
            else if (!names.Contains(args[i]) || i + 1 == args.Length || !named.TryAdd(args[i], args[++i]))
            {
                throw Wrong($"'{args[i]}' is unknown, doubled or without a value");
            }
        }
    }

    public int Words => words.Count;

    public string Word(int index, string what) => index < words.Count ? words[index] : throw Wrong($"{what} is missing");

    /// <summary>Refuses words beyond those that are used.</summary>
    public Options AtMost(int count) => words.Count <= count ? this : throw Wrong($"'{words[count]}' is one word too many");

    public string Text(string name, string? otherwise = null) => named.GetValueOrDefault(name) ?? otherwise ?? throw Wrong($"{name} is missing");

    public int Number(string name, int from, int to, int? otherwise = null) =>
        !named.TryGetValue(name, out var text) ? otherwise ?? throw Wrong($"{name} is missing")
        : int.TryParse(text, out var number) && number >= from && number <= to ? number
        : throw Wrong($"{name} takes a whole number from {from} to {to}, not '{text}'");

    private BenchException Wrong(string what) => new($"{what}; usage: {usage}", usage: true);
}
