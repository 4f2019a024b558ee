using System.Diagnostics;
using System.Globalization;
using System.Text;
using Holdfast.Lab.Linux;

namespace Holdfast.Lab.Truth;

/// <summary>Reads from /proc and from the serial logs what really runs.</summary>
internal static class TruthReader
{
    // A guest that counts takes CPU time every 50 ms, also on a busy machine some within this time.
    private static readonly TimeSpan Watch = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// Nanoseconds. The virtual CPUs' threads of a QEMU that waits for a migration work too: 0.7 ms as they start and 0.4 ms as the machine's state is loaded were seen in the lab; a guest that counts needs 2 ms
    /// and more for each count.
    /// </summary>
    private const long Waiting = 2_000_000;
    private const long LogTail = 8 << 20;

    internal static async Task<TruthReport> Read(LabState lab, CancellationToken cancel)
    {
        var copies = new List<(string Machine, TruthCopy Copy, long Cpu)>();
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var host in lab.Hosts)
        {
            if (lab.Paths.Host(host).InitProcess is { } init)
            {
                foreach (var pid in HostProcesses.Of(init))
                {
                    var command = HostProcesses.CommandLine(pid);
                    if (HostProcesses.Machine(command) is { } machine && ProcStat.Read(pid) is { State: not 'Z' } stat)
                    {
                        ids[machine] = HostProcesses.LogId(command);
                        copies.Add((machine, new(host, pid, ProcStat.Started(stat.StartTicks), false), VirtualCpuTime(pid)));
                    }
                }
            }
        }

        await WatchThem(copies, cancel);
        var machines = new SortedDictionary<string, List<TruthCopy>>(StringComparer.Ordinal);
        foreach (var name in copies.Select(copy => copy.Machine).Concat(SerialLogs.Machines(lab)).Distinct())
        {
            machines[name] = [.. copies.Where(copy => copy.Machine == name).Select(copy => copy.Copy)];
        }

        return new([.. machines.Select(machine => Tell(lab, machine.Key, machine.Value, ids.GetValueOrDefault(machine.Key)))]);
    }

    private static TruthMachine Tell(LabState lab, string name, IReadOnlyList<TruthCopy> copies, string? id)
    {
        var story = new GuestStory();
        foreach (var (_, log) in SerialLogs.Of(lab, name, id))
        {
            var written = File.GetLastWriteTimeUtc(log);
            story.Read(Tail(log), written);
        }

        return new(name, copies, story.Counter, story.BootId, story.Gaps, story.Foreign) { Panicked = story.Panicked, IoErrors = story.IoErrors };
    }

    /// <summary>A copy executes when no QEMU thread is stopped and its virtual CPUs' time grows while we look, by more than a copy's that waits.</summary>
    private static async Task WatchThem(List<(string Machine, TruthCopy Copy, long Cpu)> copies, CancellationToken cancel)
    {
        for (var since = Stopwatch.StartNew(); since.Elapsed < Watch && copies.Any(copy => !copy.Copy.Executing);)
        {
            await Task.Delay(25, cancel);
            for (var i = 0; i < copies.Count; i++)
            {
                var (machine, copy, cpu) = copies[i];
                if (!copy.Executing && VirtualCpuTime(copy.Pid) > cpu + Waiting && !HostProcesses.Stopped(copy.Pid))
                {
                    copies[i] = (machine, copy with { Executing = true }, cpu);
                }
            }
        }
    }

    /// <summary>Nanoseconds on a processor of the threads that QEMU names "CPU n/…".</summary>
    private static long VirtualCpuTime(int pid)
    {
        long sum = 0;
        try
        {
            foreach (var thread in Directory.EnumerateDirectories($"/proc/{pid}/task"))
            {
                if (File.ReadAllText(thread + "/comm").StartsWith("CPU ", StringComparison.Ordinal))
                {
                    sum += long.Parse(File.ReadAllText(thread + "/schedstat").Split(' ')[0], CultureInfo.InvariantCulture);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The process ends while we look.
        }

        return sum;
    }

    private static IEnumerable<string> Tail(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(Math.Max(0, stream.Length - LogTail), SeekOrigin.Begin);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
