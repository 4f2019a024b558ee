namespace Holdfast.Core.Leases;

/// <summary>What resets a host whose guard hangs, as tested at its last boot. Stands in the host record, because it decides whether silence proves anything.</summary>
public enum WatchdogClass : byte
{
    /// <summary>None, or one that failed its test at boot: silence is no proof.</summary>
    None = 0,

    /// <summary>A device of the board, tested this boot.</summary>
    Hardware = 1,

    /// <summary>The kernel's softdog (or the lab's stand-in), tested this boot.</summary>
    Software = 2,

    /// <summary>None, but an administrator accepted in writing that timing alone must do.</summary>
    TimingOnly = 3,

    /// <summary>The host is itself a virtual machine that somebody may suspend for any time: silence is never a proof.</summary>
    Virtual = 4,
}
