using System.Globalization;

namespace Holdfast.Lab.Linux;

/// <summary>What /proc/PID/stat says of a process or thread.</summary>
internal sealed record ProcStat(string Name, char State, long StartTicks)
{
    // The unit of start times in /proc, fixed by the kernel's interface on every Linux that .NET runs on.
    private const long TicksPerSecond = 100;

    internal static ProcStat? Read(int pid) => ReadFile($"/proc/{pid}/stat");

    internal static ProcStat? ReadFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;        // gone between listing and reading
        }
    }

    internal static ProcStat? Parse(string line)
    {
        // The name may hold spaces and parentheses, so it ends at the last one.
        int open = line.IndexOf('('), close = line.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return null;
        }

        var rest = line[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return rest.Length > 19 ? new(line[(open + 1)..close], rest[0][0], long.Parse(rest[19], CultureInfo.InvariantCulture)) : null;
    }

    internal static DateTimeOffset Started(long startTicks)
    {
        var up = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        return DateTimeOffset.UtcNow.AddSeconds(startTicks / (double)TicksPerSecond - up);
    }
}
