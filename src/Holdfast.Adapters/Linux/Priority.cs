using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Linux;

/// <summary>The process's place before the processors.</summary>
public static partial class Priority
{
    private const int Process = 0;
    private const int AboveOthers = -10;
    private const int BehindOthers = 10;

    /// <summary>
    /// This thread, and all threads and programs (etcd, fence agents; not the guests, which libvirtd starts) that are made by it from now on, go before ordinary work (nice −10): while an agent decides on a hand-over its machine stands
    /// still, beside guests that use all of the processors. False: not allowed here, and everything works, only slower.
    /// </summary>
    public static bool Raise() => SetPriority(Process, 0, AboveOthers) == 0;

    /// <summary>This thread goes behind ordinary work. It cannot be taken back, so the thread must be one of its own.</summary>
    internal static void Lower() => _ = SetPriority(Process, 0, BehindOthers);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int nice);
}
