using System.Diagnostics;

namespace Holdfast.Adapters.Libvirt.Processes;

/// <summary>What became of a process that was to end.</summary>
public enum EndResult
{
    /// <summary>It was there, and its end has been seen.</summary>
    Gone,

    /// <summary>It had ended before.</summary>
    WasGone,

    /// <summary>It is still there after the limit (a thread in uninterruptible I/O, say): nothing may be assumed.</summary>
    StillThere,
}

/// <summary>The result and how long the wait took.</summary>
public readonly record struct EndReport(EndResult Result, TimeSpan Took)
{
    public bool IsGone => Result != EndResult.StillThere;
}

/// <summary>
/// The one way to end a QEMU process without right: SIGKILL, and a pidfd that says when all its threads are gone. Never SIGTERM (it lets QEMU
/// flush into a disk that may be another host's by now), and never libvirt's word (measured: destroy returned with a thread still writing).
/// </summary>
public static class ProcessEnd
{
    /// <summary>Kills and waits at most <paramref name="limit"/>. Blocks; run it on a call thread.</summary>
    public static EndReport KillAndWait(ProcessIdentity process, TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        using var descriptor = ProcessDescriptor.Open(process);
        if (descriptor is null || !descriptor.Signal(ProcessDescriptor.SigKill))
        {
            return new EndReport(EndResult.WasGone, Stopwatch.GetElapsedTime(begun));
        }

        var gone = descriptor.WaitGone(limit);
        return new EndReport(gone ? EndResult.Gone : EndResult.StillThere, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>Waits at most <paramref name="limit"/> for a process to end by itself (a clean shutdown). Blocks.</summary>
    public static EndReport Wait(ProcessIdentity process, TimeSpan limit)
    {
        var begun = Stopwatch.GetTimestamp();
        using var descriptor = ProcessDescriptor.Open(process);
        if (descriptor is null)
        {
            return new EndReport(EndResult.WasGone, Stopwatch.GetElapsedTime(begun));
        }

        var gone = descriptor.WaitGone(limit);
        return new EndReport(gone ? EndResult.Gone : EndResult.StillThere, Stopwatch.GetElapsedTime(begun));
    }

    /// <summary>SIGCONT after a freeze, because the process keeps its right; false when it has ended.</summary>
    public static bool Thaw(ProcessIdentity process)
    {
        using var descriptor = ProcessDescriptor.Open(process);
        return descriptor is not null && descriptor.Signal(ProcessDescriptor.SigCont);
    }
}
