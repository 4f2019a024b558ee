using System.Globalization;
using Holdfast.Core.Evidence;

namespace Holdfast.Adapters.Linux;

/// <summary>Memory, processors and pressure of this host, from /proc (proc(5)), which waits for no device. Any thread may ask.</summary>
/// <param name="proc">Where /proc is.</param>
public sealed class HostMeter(string proc = "/proc")
{
    /// <summary>Of the kernel's ticks, a hundred a second and processor: fewer since the last call tell nothing.</summary>
    private const long LeastTicks = 10;
    private readonly Lock measuring = new();
    private (long Idle, long All) before;
    private double busy;
    private bool hasPressure = true;

    /// <summary>The kernel's memory, and what it could give to new work without swapping.</summary>
    public (long AllMiB, long AvailableMiB) Memory()
    {
        var (all, available) = (0L, 0L);
        foreach (var line in File.ReadLines(Path.Combine(proc, "meminfo")))
        {
            all = line.StartsWith("MemTotal:", StringComparison.Ordinal) ? KiB(line) / 1024 : all;
            if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                available = KiB(line) / 1024;
                break;
            }
        }

        return (all, available);
    }

    /// <summary>Processors of the kernel, and how many of them were used, all together, since the last call; the same as then when that is too short ago to tell.</summary>
    public (int Cpus, double Used) Processors()
    {
        var lines = File.ReadLines(Path.Combine(proc, "stat")).TakeWhile(l => l.StartsWith("cpu", StringComparison.Ordinal)).ToList();
        var fields = lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(f => long.Parse(f, CultureInfo.InvariantCulture)).ToArray();
        var now = (Idle: fields[3] + fields[4], All: fields.Take(8).Sum());
        lock (measuring)
        {
            var (idle, all) = (now.Idle - before.Idle, now.All - before.All);
            if (all >= LeastTicks)
            {
                (before, busy) = (now, Math.Clamp(1 - ((double)idle / all), 0, 1));
            }

            return (lines.Count - 1, busy * (lines.Count - 1));
        }
    }

    /// <summary>Null: the kernel does not tell (no CONFIG_PSI, or psi=0).</summary>
    public HostPressure? Pressure()
    {
        try
        {
            return hasPressure ? new(Average("cpu"), Average("memory"), Average("io")) : null;
        }
        catch (IOException)
        {
            // It never begins to tell within a boot.
            hasPressure = false;
            return null;
        }
    }

    /// <summary>"some avg10=0.22 avg60=0.17 avg300=1.11 total=58761459".</summary>
    private double Average(string resource)
    {
        const string Name = "avg10=";
        var some = File.ReadLines(Path.Combine(proc, "pressure", resource)).First(l => l.StartsWith("some", StringComparison.Ordinal));
        return double.Parse(some.Split(' ').First(f => f.StartsWith(Name, StringComparison.Ordinal)).AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }

    /// <summary>"MemTotal:       16310988 kB".</summary>
    private static long KiB(string line) => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
