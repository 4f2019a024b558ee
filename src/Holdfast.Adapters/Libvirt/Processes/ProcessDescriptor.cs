using System.Runtime.InteropServices;
using Holdfast.Adapters.Linux;

namespace Holdfast.Adapters.Libvirt.Processes;

/// <summary>A pidfd: signals and the end of one certain process, whatever becomes of its pid (pidfd_open(2)).</summary>
internal sealed partial class ProcessDescriptor : IDisposable
{
    internal const int SigKill = 9;
    internal const int SigCont = 18;
    internal const int SigStop = 19;

    private const int NoSuchProcess = 3;
    private const short PollIn = 1;

    private int _descriptor;

    private ProcessDescriptor(int descriptor) => _descriptor = descriptor;

    /// <summary>Opens the process, or null when it is gone already.</summary>
    internal static ProcessDescriptor? Open(ProcessIdentity process)
    {
        var descriptor = pidfd_open(process.Pid, 0);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError() == NoSuchProcess
                ? null
                : throw new IOException($"pidfd_open of process {process.Pid} failed with errno {Marshal.GetLastPInvokeError()}; the agent needs root and Linux 5.3 or newer");
        }

        // Compared after the open: from here on the descriptor cannot come to mean another process.
        if (process.Exists)
        {
            return new ProcessDescriptor(descriptor);
        }

        _ = SystemCalls.Close(descriptor);
        return null;
    }

    /// <summary>Sends a signal; false when the process has ended.</summary>
    internal bool Signal(int signal) => pidfd_send_signal(_descriptor, signal, 0, 0) == 0
        || (Marshal.GetLastPInvokeError() == NoSuchProcess
            ? false
            : throw new IOException($"signal {signal} was refused with errno {Marshal.GetLastPInvokeError()}; the agent needs root"));

    /// <summary>True once all threads of the process have ended.</summary>
    internal unsafe bool WaitGone(TimeSpan limit)
    {
        var deadline = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (true)
        {
            var left = (int)Math.Clamp(deadline - Environment.TickCount64, 0, int.MaxValue);
            var wait = new PollDescriptor { Descriptor = _descriptor, Events = PollIn };
            var ready = poll(&wait, 1, left);
            if (ready > 0 || left == 0)
            {
                return ready > 0;
            }
        }
    }

    /// <summary>Waits at most <paramref name="limit"/> until at least one has ended, and gives the positions of those that have.</summary>
    internal static unsafe IReadOnlyList<int> WaitAnyGone(ProcessDescriptor[] processes, TimeSpan limit)
    {
        var waits = new PollDescriptor[processes.Length];
        for (var index = 0; index < waits.Length; index++)
        {
            waits[index] = new PollDescriptor { Descriptor = processes[index]._descriptor, Events = PollIn };
        }

        fixed (PollDescriptor* first = waits)
        {
            if (poll(first, (nuint)waits.Length, (int)limit.TotalMilliseconds) <= 0)
            {
                return [];
            }
        }

        return [.. Enumerable.Range(0, waits.Length).Where(index => (waits[index].Returned & PollIn) != 0)];
    }

    public void Dispose()
    {
        var descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor >= 0)
        {
            _ = SystemCalls.Close(descriptor);
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pidfd_open(int pid, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int pidfd_send_signal(int descriptor, int signal, nint info, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }
}
