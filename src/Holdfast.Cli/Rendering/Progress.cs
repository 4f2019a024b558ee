using System.Diagnostics;
using System.Globalization;
using Holdfast.Api;

namespace Holdfast.Cli.Rendering;

/// <summary>
/// What long work is doing, on standard error: on a terminal one line that is rewritten, elsewhere one line a step.
/// </summary>
internal sealed class Progress(Terminal terminal, string title) : IProgress<string>, IDisposable
{
    private readonly Stopwatch since = Stopwatch.StartNew();
    private readonly Lock turn = new();
    private string last = "";

    public void Report(string value)
    {
        lock (turn)
        {
            if (terminal.Live)
            {
                terminal.Error.Write($"\r\e[K{Line(value)}");
            }
            else if (value != last)
            {
                terminal.Error.WriteLine(Line(value));
            }

            last = value;
        }
    }

    /// <summary>Where each step is a line of its own, the figures in between would only make it long.</summary>
    public void Report(TaskReport task)
    {
        var step = task.Steps is [.., var last] ? last.Name : "accepted";
        Report(terminal.Live && task.Progress is { } copy ? $"{step}, {Words.Of(copy)}" : step);
    }

    /// <summary>Wipes the line, so that what follows starts on a clean one.</summary>
    public void Dispose()
    {
        if (terminal.Live && last.Length > 0)
        {
            terminal.Error.Write("\r\e[K");
        }
    }

    private string Line(string value) => string.Create(CultureInfo.InvariantCulture, $"{title}: {value} ({since.Elapsed.TotalSeconds:0.0} s)");
}
