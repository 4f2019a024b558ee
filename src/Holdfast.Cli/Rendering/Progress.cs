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

    public void Report(TaskReport task) => Report(task.Steps is [.., var step] ? step.Name : "accepted");

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
