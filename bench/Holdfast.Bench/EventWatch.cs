using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Lab;

namespace Holdfast.Bench;

/// <summary>
/// Every QMP event of one host's QEMUs with QEMU's own time stamp, through <c>virsh qemu-monitor-event</c>: the same observer
/// for both kinds of migration, and one clock, because all hosts of a lab are on one machine.
/// </summary>
internal sealed partial class EventWatch : IDisposable
{
    private readonly Process process;
    private readonly List<(double Seconds, string Name, string Text)> events = [];
    private readonly SemaphoreSlim arrived = new(0);

    public EventWatch(LabHostStatus host)
    {
        process = Command.Start("stdbuf", "-oL", "virsh", "-c", Command.Libvirt(host), "qemu-monitor-event", "--loop");
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Take(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Time of the first event of that kind after a moment (seconds since 1970).</summary>
    public async Task<double> TimeAsync(string name, string part, double after, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        while (true)
        {
            lock (events)
            {
                var hit = events.FirstOrDefault(e => e.Seconds > after && e.Name == name && e.Text.Contains(part, StringComparison.Ordinal));
                if (hit.Name is not null)
                {
                    return hit.Seconds;
                }
            }

            try
            {
                await arrived.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                throw new BenchException($"QEMU's event {name} {part} was not seen within 20 s after the migration.");
            }
        }
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
        arrived.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null || Line().Match(line) is not { Success: true } match)
        {
            return;
        }

        lock (events)
        {
            events.Add((double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), match.Groups[1].Value, match.Groups[3].Value));
        }

        arrived.Release();
    }

    [GeneratedRegex(@"^event (\w+) at (\d+\.\d+) for domain '?[^']*'?: (.*)$")]
    private static partial Regex Line();
}
