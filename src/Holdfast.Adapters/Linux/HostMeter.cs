using System.Globalization;

namespace Holdfast.Adapters.Linux;

/// <summary>Memory and CPU of this host, from /proc (proc(5)).</summary>
public sealed class HostMeter
{
    private (long Idle, long All) before;

    /// <summary>What the kernel could give to new work without swapping.</summary>
    public static long AvailableMemoryMiB()
    {
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan(13, line.Length - 13 - 3).Trim(), CultureInfo.InvariantCulture) / 1024;
            }
        }

        return 0;
    }

    /// <summary>Idle share of all CPUs since the last call.</summary>
    public int FreeCpuPercent()
    {
        var fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        var now = (Idle: fields[3] + fields[4], All: fields.Take(8).Sum());
        var (idle, all) = (now.Idle - before.Idle, now.All - before.All);
        before = now;
        return all <= 0 ? 0 : (int)Math.Clamp(idle * 100 / all, 0, 100);
    }
}
