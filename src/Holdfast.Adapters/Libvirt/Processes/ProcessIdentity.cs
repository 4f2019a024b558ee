using System.Globalization;

namespace Holdfast.Adapters.Libvirt.Processes;

/// <summary>One process for all time: a pid is used again, a pid with its start time (clock ticks since boot, /proc/PID/stat field 22) is not.</summary>
public readonly record struct ProcessIdentity(int Pid, ulong StartTime)
{
    /// <summary>The process that has this pid now; null when there is none.</summary>
    public static ProcessIdentity? Of(int pid) => ReadStartTime(pid) is { } started ? new ProcessIdentity(pid, started) : null;

    /// <summary>True while this very process exists (also as a zombie).</summary>
    public bool Exists => ReadStartTime(Pid) == StartTime;

    private static ulong? ReadStartTime(int pid)
    {
        try
        {
            // The command name may hold spaces and brackets; the fields start after the last bracket, at field 3.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
