using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Holdfast.Core.Guarding;
using Holdfast.Core.Guarding.Deciding;

namespace Holdfast.Guard.Linux;

/// <summary>
/// Finds the QEMU processes of this host by itself and looks whether stopped ones stand still. It reads /proc, which may block for a
/// process with a sick address space; hence a thread of its own, and hence the watchdog's rule that a look must be fresh.
/// </summary>
internal sealed unsafe class ProcessFinder
{
    private const int ScanEvery = 250;
    private const int LookFirst = 2;
    private const int LookSlowest = 100;
    private const long Young = 10_000;

    // Far enough back for any clock, and no overflow in a difference.
    private const long Never = long.MinValue / 2;

    private readonly Dictionary<int, Known> _known = [];
    private readonly ConcurrentDictionary<int, int> _pidfds = new();
    private readonly byte[] _entries = new byte[16 * 1024];
    private readonly byte[] _commandLine = new byte[128 * 1024];
    private readonly List<int> _pids = [];
    private readonly Action<GuardInput> _post;
    private readonly Func<IReadOnlyList<(int Pid, GuardedState State)>> _watched;
    private readonly int _bell = Native.EventFd(0, 0x80000 | 0x800);
    private long _round;

    public ProcessFinder(Action<GuardInput> post, Func<IReadOnlyList<(int Pid, GuardedState State)>> watched) => (_post, _watched) = (post, watched);

    private enum Kind
    {
        Kernel,
        Other,
        Guest,
    }

    private sealed record Known(ulong StartTime, Kind Kind, long Since, long Round);

    public void Start() => RealTime.Start("finder", Run, priority: 5);

    /// <summary>Look now.</summary>
    public void Wake()
    {
        ulong one = 1;
        Native.Write(_bell, (byte*)&one, sizeof(ulong));
    }

    /// <summary>To a process that this finder has told of and not yet told to be gone.</summary>
    public bool Signal(int pid, ProcessSignal signal) => _pidfds.TryGetValue(pid, out var pidfd) && Native.SendSignal(pidfd, (int)signal);

    private void Run()
    {
        var (pause, lastScan) = (LookFirst, Never);
        while (true)
        {
            if (Environment.TickCount64 - lastScan >= ScanEvery)
            {
                lastScan = Environment.TickCount64;
                var began = Clocks.Read();
                Scan();
                LookAtThreads(all: true);
                _post(new GuardInput.LookEnded(began));
            }

            var freezing = LookAtThreads(all: false);
            // A thread in an uninterruptible write stops only when that has ended: look less often then.
            pause = freezing ? Math.Min(pause * 2, LookSlowest) : LookFirst;
            var rest = (int)Math.Max(0, lastScan + ScanEvery - Environment.TickCount64);
            if (Wait(freezing ? Math.Min(pause, rest) : rest))
            {
                (lastScan, pause) = (Never, LookFirst);
            }
        }
    }

    /// <summary>True when woken. A process that ends wakes it too, and is told at once.</summary>
    private bool Wait(int milliseconds)
    {
        var guests = _pidfds.ToArray();
        var entries = new Native.PollEntry[guests.Length + 1];
        entries[0] = new() { Descriptor = _bell, Events = Native.PollIn };
        for (var i = 0; i < guests.Length; i++)
        {
            entries[i + 1] = new() { Descriptor = guests[i].Value, Events = Native.PollIn };
        }

        fixed (Native.PollEntry* start = entries)
        {
            Native.Poll(start, (nuint)entries.Length, milliseconds);
        }

        for (var i = 0; i < guests.Length; i++)
        {
            if (entries[i + 1].Returned != 0)
            {
                Forget(guests[i].Key);
            }
        }

        if (entries[0].Returned == 0)
        {
            return false;
        }

        ulong count;
        Native.Read(_bell, (byte*)&count, sizeof(ulong));
        return true;
    }

    private void Forget(int pid)
    {
        _known.Remove(pid);
        // Safety: told first, closed then, so that no signal is sent by a closed descriptor's number.
        _post(new GuardInput.ProcessGone(pid));
        if (_pidfds.TryRemove(pid, out var pidfd))
        {
            Native.Close(pidfd);
        }
    }

    private void Scan()
    {
        _round++;
        List("/proc");
        var now = Environment.TickCount64;
        foreach (var pid in _pids)
        {
            _known.TryGetValue(pid, out var known);
            if (known is null || IsDue(pid, known, now))
            {
                known = Examine(pid, known, now);
            }

            if (known is not null)
            {
                _known[pid] = known with { Round = _round };
            }
        }

        foreach (var gone in _known.Where(k => k.Value.Round != _round && k.Value.Kind != Kind.Guest).Select(k => k.Key).ToArray())
        {
            _known.Remove(gone);
        }
    }

    /// <summary>Any process may execute QEMU later, a young one most likely. Kernel threads do not; their pid may have got another owner.</summary>
    private bool IsDue(int pid, Known known, long now) => known.Kind switch
    {
        Kind.Guest => false,
        Kind.Kernel => (pid + _round) % 32 == 0,
        _ => now - known.Since < Young || (pid + _round) % 4 == 0,
    };

    private Known? Examine(int pid, Known? before, long now)
    {
        if (!ProcStat.Read($"/proc/{pid}/stat", out var stat) || stat.State is 'Z' or 'X')
        {
            return null;
        }

        var since = before is not null && before.StartTime == stat.StartTime ? before.Since : now;
        if (stat.IsKernelThread || !QemuCommandLine.IsQemu(stat.Name))
        {
            return new(stat.StartTime, stat.IsKernelThread ? Kind.Kernel : Kind.Other, since, _round);
        }

        var length = Native.ReadFile($"/proc/{pid}/cmdline", _commandLine);
        // Just executing: the command line is not there yet. One that stays empty hides something and counts as a guest.
        if (length <= 0 && now - since < 1000)
        {
            return new(stat.StartTime, Kind.Other, since, _round);
        }

        var found = QemuCommandLine.Parse(_commandLine.AsSpan(0, Math.Max(0, length)));
        return found.IsGuest ? Follow(pid, stat, found.Machine, since) : new(stat.StartTime, Kind.Other, since, _round);
    }

    private Known? Follow(int pid, ProcStat stat, Guid? machine, long since)
    {
        var pidfd = Native.OpenPidfd(pid);
        // Safety: the pid may have got another owner since it was read; the descriptor is kept only for the process that was read.
        if (pidfd < 0 || !ProcStat.Read($"/proc/{pid}/stat", out var again) || again.StartTime != stat.StartTime)
        {
            if (pidfd >= 0)
            {
                Native.Close(pidfd);
            }

            return null;
        }

        _pidfds[pid] = pidfd;
        _post(new GuardInput.ProcessSeen(pid, stat.StartTime, stat.Parent, machine));
        return new(stat.StartTime, Kind.Guest, since, _round);
    }

    /// <summary>True while a process is still being frozen.</summary>
    private bool LookAtThreads(bool all)
    {
        var freezing = false;
        foreach (var (pid, state) in _watched())
        {
            if (state == GuardedState.Freezing || all)
            {
                var stopped = AllStopped(pid);
                freezing |= !stopped;
                _post(new GuardInput.ThreadsSeen(pid, stopped));
            }
        }

        return freezing;
    }

    private bool AllStopped(int pid)
    {
        var tasks = $"/proc/{pid}/task";
        List(tasks);
        // Only T: a traced thread (t) runs on when its tracer says so. One that has ended runs no more.
        return _pids.Count > 0 && _pids.All(task => ProcStat.ReadState($"{tasks}/{task}/stat") is 'T' or 'Z' or 'X' or '?');
    }

    /// <summary>The numbers among a directory's names, into <see cref="_pids"/>.</summary>
    private void List(string path)
    {
        _pids.Clear();
        var directory = Native.Open(path, Native.OpenReadOnly | Native.OpenDirectory | Native.OpenCloseOnExec, 0);
        if (directory < 0)
        {
            return;
        }

        while (Native.ReadDirectory(directory, _entries) is > 0 and var length)
        {
            // struct linux_dirent64: inode 8, offset 8, length 2, type 1, name.
            for (var at = 0; at < length; at += MemoryMarshal.Read<ushort>(_entries.AsSpan(at + 16)))
            {
                if (Utf8Parser.TryParse(_entries.AsSpan(at + 19), out int number, out var used) && _entries[at + 19 + used] == 0)
                {
                    _pids.Add(number);
                }
            }
        }

        Native.Close(directory);
    }
}
