namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>What the look after the freeze has shown.</summary>
public enum FreezeVerdict
{
    /// <summary>Frozen, and it has not run since its STOP: the copy on the target is its equal.</summary>
    StillPaused,

    /// <summary>It has run again since its STOP: the copy on the target is stale, this one must be kept.</summary>
    RanAgain,

    /// <summary>Not frozen in time, or not provable: nothing may be given away on it.</summary>
    Unknown,

    /// <summary>The process has ended.</summary>
    Gone,
}

/// <summary>The verdict, why, and what it cost.</summary>
/// <param name="Took">From SIGSTOP to the verdict.</param>
/// <param name="ToAllStopped">From SIGSTOP until every thread was seen stopped.</param>
/// <param name="CpuTime">What the vCPU threads have used since the baseline (entering the stop itself costs some µs).</param>
public readonly record struct FreezeReport(FreezeVerdict Verdict, string Reason, TimeSpan Took, TimeSpan ToAllStopped, TimeSpan CpuTime);
