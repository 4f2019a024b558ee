using System.Runtime.InteropServices;

namespace Holdfast.Guard.Linux;

/// <summary>The system calls that the base library does not offer. All return -1 and set errno on failure.</summary>
internal static unsafe partial class Native
{
    public const int ClockBootTime = 7;
    public const int ClockMonotonicRaw = 4;
    public const int OpenReadOnly = 0;
    public const int OpenWriteOnly = 1;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenDataSync = 0x1000;
    public const int OpenDirect = 0x4000;
    public const int OpenDirectory = 0x10000;
    public const int OpenCloseOnExec = 0x80000;
    public const short PollIn = 1;
    public const int WouldBlock = 11;

    private const nint PidfdSendSignal = 424;
    private const nint PidfdOpen = 434;
    private const nint GetDirectoryEntries = 217;

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    public static int OpenPidfd(int pid) => (int)SysCall(PidfdOpen, pid, 0, 0, 0);

    public static bool SendSignal(int pidfd, int signal) => SysCall(PidfdSendSignal, pidfd, signal, 0, 0) == 0;

    public static int ReadDirectory(int descriptor, Span<byte> entries)
    {
        fixed (byte* start = entries)
        {
            return (int)SysCall(GetDirectoryEntries, descriptor, (nint)start, entries.Length, 0);
        }
    }

    /// <summary>The file's first bytes, as many as fit; -1 when it cannot be read.</summary>
    public static int ReadFile(string path, Span<byte> content)
    {
        var file = Open(path, OpenReadOnly | OpenCloseOnExec, 0);
        if (file < 0)
        {
            return -1;
        }

        var length = 0;
        while (length < content.Length)
        {
            nint got;
            fixed (byte* start = content)
            {
                got = Read(file, start + length, (nuint)(content.Length - length));
            }

            if (got < 0)
            {
                length = -1;
                break;
            }

            if (got == 0)
            {
                break;
            }

            length += (int)got;
        }

        Close(file);
        return length;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    public static partial nint WriteAt(int descriptor, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    public static partial int Control(int descriptor, nuint request, int* value);

    [LibraryImport("libc", EntryPoint = "mlockall", SetLastError = true)]
    public static partial int LockMemory(int flags);

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static partial int SetScheduler(int pid, int policy, int* priority);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    public static partial int ReadClock(int clock, TimeSpec* time);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SysCall(nint number, nint first, nint second, nint third, nint fourth);
}
