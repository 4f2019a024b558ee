using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Lab;

namespace Holdfast.Bench.Cuts;

/// <summary>
/// How much of a machine's memory has been copied, by QEMU's own numbers, through one virsh that stays open on the source's libvirtd. It is asked no more once the guest has
/// stopped: such a call would wait in libvirt and end during the hand-over.
/// </summary>
internal sealed partial class CopyProgress : IDisposable
{
    /// <summary>The guest has stopped for the last of its memory.</summary>
    public const double Stopped = 100;

    private const string Mark = "that was all";
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(10);
    private readonly string machine;
    private readonly Process virsh;
    private readonly EventWatch events;

    public CopyProgress(LabHostStatus source, string machine)
    {
        this.machine = machine;
        events = new(source);
        virsh = Command.Start("stdbuf", "-oL", "virsh", "-q", "-c", Command.Libvirt(source));
        virsh.BeginErrorReadLine();
    }

    /// <summary>Waits until so many percent are copied.</summary>
    /// <param name="began">Seconds since 1970; what happened before is of no migration that is meant.</param>
    /// <returns>Percent at that moment; <see cref="Stopped"/> when the guest had stopped; null when it was not reached within the limit.</returns>
    public async Task<double?> ReachAsync(int percent, double began, TimeSpan limit, CancellationToken cancel)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        enough.CancelAfter(limit);
        try
        {
            for (; ; await Task.Delay(Between, enough.Token))
            {
                if (events.Has("STOP", began))
                {
                    return Stopped;
                }

                if (await PercentAsync(enough.Token) is { } now && now >= percent)
                {
                    return now;
                }
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    public void Dispose()
    {
        events.Dispose();
        if (!virsh.HasExited)
        {
            virsh.Kill(entireProcessTree: true);
        }

        virsh.Dispose();
    }

    private async Task<double?> PercentAsync(CancellationToken cancel)
    {
        await virsh.StandardInput.WriteLineAsync($"domjobinfo {machine}\necho {Mark}");
        await virsh.StandardInput.FlushAsync(cancel);
        double? remaining = null, total = null;
        while (await virsh.StandardOutput.ReadLineAsync(cancel) is { } line)
        {
            // virsh says again what it is told, so its answer to the first command is complete when it repeats the second.
            if (line.Contains(Mark, StringComparison.Ordinal))
            {
                break;
            }

            if (Memory().Match(line) is { Success: true } match)
            {
                _ = match.Groups[1].Value == "total" ? total = Bytes(match) : remaining = Bytes(match);
            }
        }

        return total is > 0 && remaining is { } left ? Math.Min(99.9, 100 * (1 - (left / total.Value))) : null;
    }

    private static double Bytes(Match match) => double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)
        * match.Groups[3].Value switch { "GiB" => 1 << 30, "MiB" => 1 << 20, "KiB" => 1 << 10, _ => 1 };

    [GeneratedRegex(@"Memory (remaining|total):\s+([\d.]+) (\w+)")]
    private static partial Regex Memory();
}
