using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Adapters.Libvirt.Processes;

internal enum StopResult
{
    AllStopped,
    NotYet,
    Gone,
}

/// <summary>The threads of one QEMU process, read from /proc: their states, and the CPU time of those that run guest code.</summary>
internal sealed class ThreadStates(int pid)
{
    private readonly string _tasks = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task");
    private readonly byte[] _buffer = new byte[1024];
    private string[]? _cpus;

    /// <summary>Waits until every thread is stopped, seen in two passes so that a thread born during the first is not missed.</summary>
    internal StopResult WaitAllStopped(TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        var inARow = 0;
        while (true)
        {
            var pass = Pass();
            inARow = pass == StopResult.AllStopped ? inARow + 1 : 0;
            if (pass == StopResult.Gone || inARow == 2)
            {
                return pass;
            }

            if (inARow == 0)
            {
                if (Stopwatch.GetElapsedTime(begun) > limit)
                {
                    return StopResult.NotYet;
                }

                // The threads need a processor to enter their stop; on a small host this one must be offered.
                Thread.Yield();
            }
        }
    }

    /// <summary>Nanoseconds that the vCPU threads have run so far; -1 when that cannot be read.</summary>
    internal long CpuNanoseconds()
    {
        lock (_buffer)
        {
            _cpus ??= FindCpus();
            long sum = 0;
            foreach (var schedstat in _cpus)
            {
                var text = Read(schedstat);
                if (!Utf8Parser.TryParse(text, out long nanoseconds, out _))
                {
                    return -1;
                }

                sum += nanoseconds;
            }

            return _cpus.Length == 0 ? -1 : sum;
        }
    }

    /// <summary>
    /// How long each vCPU thread has wanted a processor so far, in the order of the vCPUs: the time it ran and the time it waited for a busy one. Empty
    /// when that cannot be read.
    /// </summary>
    internal ImmutableArray<TimeSpan> CpuDemand()
    {
        lock (_buffer)
        {
            _cpus ??= FindCpus();
            var wanted = ImmutableArray.CreateBuilder<TimeSpan>(_cpus.Length);
            foreach (var schedstat in _cpus)
            {
                if (Demand(Read(schedstat)) is not { } demand)
                {
                    return [];
                }

                wanted.Add(demand);
            }

            return wanted.MoveToImmutable();
        }
    }

    /// <summary>Whether a thread waits in the kernel for a disk (state D).</summary>
    internal bool AnyWaitsForStorage()
    {
        try
        {
            return Directory.EnumerateDirectories(_tasks).Any(thread => State(thread) == (byte)'D');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>From /proc/PID/schedstat, "ran waited slices", the first two in nanoseconds; null for anything else.</summary>
    internal static TimeSpan? Demand(ReadOnlySpan<byte> schedstat) =>
        Utf8Parser.TryParse(schedstat, out long ran, out var read) && read < schedstat.Length && Utf8Parser.TryParse(schedstat[(read + 1)..], out long waited, out _)
            ? TimeSpan.FromTicks((ran + waited) / TimeSpan.NanosecondsPerTick)
            : null;

    /// <summary>
    /// The vCPU that a thread of this name runs; null for any other thread. QEMU names them "CPU n/TCG" or "CPU n/KVM" (libvirt turns debug-threads on),
    /// and "ALL CPUs/TCG" where one thread does for all.
    /// </summary>
    internal static int? CpuNumber(ReadOnlySpan<byte> name)
    {
        name = name.TrimEnd((byte)'\n');
        return !name.EndsWith("/TCG"u8) && !name.EndsWith("/KVM"u8) ? null : Utf8Parser.TryParse(name["CPU ".Length..], out int number, out _) ? number : 0;
    }

    private StopResult Pass()
    {
        string[] threads;
        try
        {
            threads = Directory.GetDirectories(_tasks);
        }
        catch (IOException)
        {
            return StopResult.Gone;
        }

        var seen = false;
        foreach (var thread in threads)
        {
            switch (State(thread))
            {
                case (byte)'T' or (byte)'t':
                    seen = true;
                    break;
                case 0:
                    break;
                case (byte)'Z' or (byte)'X':
                    // The leader of a process that is ending; its other threads still count.
                    break;
                default:
                    return StopResult.NotYet;
            }
        }

        return seen ? StopResult.AllStopped : StopResult.Gone;
    }

    // /proc/PID/task/TID/stat: "tid (name) S …"; 0 when the thread has ended.
    private byte State(string thread)
    {
        lock (_buffer)
        {
            var stat = Read(thread + "/stat");
            var bracket = stat.LastIndexOf((byte)')');
            return bracket < 0 || bracket + 2 >= stat.Length ? (byte)0 : stat[bracket + 2];
        }
    }

    private string[] FindCpus()
    {
        try
        {
            return
            [
                .. Directory.GetDirectories(_tasks)
                    .Select(thread => (Number: CpuNumber(Read(thread + "/comm")), Schedstat: thread + "/schedstat"))
                    .Where(static cpu => cpu.Number is not null)
                    .OrderBy(static cpu => cpu.Number)
                    .Select(static cpu => cpu.Schedstat),
            ];
        }
        catch (IOException)
        {
            return [];
        }
    }

    private ReadOnlySpan<byte> Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return _buffer.AsSpan(0, RandomAccess.Read(file, _buffer, 0));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }
}
