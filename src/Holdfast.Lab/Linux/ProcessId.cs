using System.Globalization;

namespace Holdfast.Lab.Linux;

/// <summary>A process that cannot be mistaken for another: its pid and the tick of its start. A pid alone is given out again.</summary>
internal readonly record struct ProcessId(int Pid, long StartTicks)
{
    internal bool Alive => ProcStat.Read(Pid) is { } stat && stat.StartTicks == StartTicks && stat.State is not ('Z' or 'X');

    /// <summary>Signals it if it is still the same one.</summary>
    internal void Signal(int signal)
    {
        if (Alive)
        {
            _ = Native.Kill(Pid, signal);
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid} {StartTicks}");

    /// <summary>Reads "PID START"; null when the file is missing or half written.</summary>
    internal static ProcessId? Read(string file)
    {
        try
        {
            var words = File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return words.Length == 2 && int.TryParse(words[0], CultureInfo.InvariantCulture, out var pid) && long.TryParse(words[1], CultureInfo.InvariantCulture, out var ticks)
                ? new ProcessId(pid, ticks)
                : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static ProcessId? Of(int pid) => ProcStat.Read(pid) is { } stat ? new ProcessId(pid, stat.StartTicks) : null;

    internal async Task<bool> Gone(TimeSpan limit)
    {
        for (var since = System.Diagnostics.Stopwatch.StartNew(); Alive; await Task.Delay(1))
        {
            if (since.Elapsed > limit)
            {
                return false;
            }
        }

        return true;
    }
}
