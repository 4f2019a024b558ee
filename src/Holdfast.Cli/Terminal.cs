using System.Text;

namespace Holdfast.Cli;

/// <summary>Where a command writes: results on <see cref="Out"/>, words for people (progress, errors) on <see cref="Error"/>.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, Stream rawOutput, bool colour, bool live) : IDisposable
{
    public TextWriter Out { get; } = output;

    public TextWriter Error { get; } = error;

    /// <summary>Standard output as bytes, for what is not ours to decode (a serial console).</summary>
    public Stream RawOut { get; } = rawOutput;

    /// <summary>Colours on <see cref="Out"/>.</summary>
    public bool Colour { get; } = colour;

    /// <summary><see cref="Error"/> is a terminal: a line there may be rewritten.</summary>
    public bool Live { get; } = live;

    public static Terminal OfProcess()
    {
        var raw = Console.OpenStandardOutput();
        var output = new StreamWriter(raw, new UTF8Encoding(false)) { AutoFlush = false };
        var error = new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true };
        var plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") is null or "dumb";
        return new Terminal(output, error, raw, !plain && !Console.IsOutputRedirected, !Console.IsErrorRedirected);
    }

    /// <summary>What needs a person, where colours are shown.</summary>
    public string Red(string text) => Colour ? $"\e[31m{text}\e[0m" : text;

    public void Dispose()
    {
        try
        {
            Out.Flush();
        }
        catch (IOException)
        {
            // The reader has closed the pipe ('holdfast … | head'): there is nobody to tell.
        }
    }
}
