namespace Holdfast.Cli.Tests.Calls;

/// <summary>One call of the command line inside this process, and what it left.</summary>
internal sealed record Call(int Exit, string Out, string Error)
{
    public static async Task<Call> RunAsync(string[] words, Func<string, string?>? environment = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var raw = new MemoryStream();
        using var terminal = new Terminal(output, error, raw, colour: false, live: false);
        var exit = await new CommandLine(terminal, environment ?? (_ => null)).RunAsync(words);
        return new Call(exit, output + System.Text.Encoding.UTF8.GetString(raw.ToArray()), error.ToString());
    }

    /// <summary>Nothing on standard output and exactly one line on standard error: what a mistake looks like.</summary>
    public Call IsOneSentence(int exit, params string[] parts)
    {
        Assert.Equal("", Out);
        var line = Assert.Single(Error.TrimEnd('\n').Split('\n'));
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        foreach (var part in parts)
        {
            Assert.Contains(part, line, StringComparison.Ordinal);
        }

        Assert.Equal(exit, Exit);
        return this;
    }
}
