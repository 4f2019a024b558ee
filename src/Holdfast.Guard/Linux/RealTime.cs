using System.Runtime.InteropServices;

namespace Holdfast.Guard.Linux;

/// <summary>What keeps the guard on time while the host is short of memory and processors. Each part is tried; what is not permitted is reported.</summary>
internal static unsafe class RealTime
{
    // Current and future pages, but only those that are touched: the runtime reserves far more than it uses.
    private const int LockTouchedPages = 1 | 2 | 4;
    private const int FirstInFirstOut = 1;

    public static IEnumerable<string> Prepare()
    {
        if (Native.LockMemory(LockTouchedPages) != 0)
        {
            yield return $"Memory is not locked: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}. Give the guard CAP_IPC_LOCK.";
        }

        string? refused = null;
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "-1000");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            refused = $"The kernel may end the guard when memory runs out: {e.Message} Give the guard CAP_SYS_RESOURCE.";
        }

        if (refused is not null)
        {
            yield return refused;
        }
    }

    /// <summary>Real-time priority for the calling thread, where permitted.</summary>
    public static bool Raise(int priority) => Native.SetScheduler(0, FirstInFirstOut, &priority) == 0;

    /// <summary>A thread of the guard: named, with a small stack, and real-time where <paramref name="priority"/> says so and it is permitted.</summary>
    public static Thread Start(string name, Action body, int priority = 0)
    {
        var thread = new Thread(Run, 256 * 1024) { IsBackground = true, Name = name };
        thread.Start();
        return thread;

        void Run()
        {
            if (priority > 0)
            {
                Raise(priority);
            }

            body();
        }
    }
}
