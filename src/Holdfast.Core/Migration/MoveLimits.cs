namespace Holdfast.Core.Migration;

/// <summary>How long a live migration and its parts may take.</summary>
internal static class MoveLimits
{
    /// <summary>Until the target waits for the copy.</summary>
    public static readonly TimeSpan Prepare = TimeSpan.FromSeconds(30);

    /// <summary>From QEMU's "completed" to the decision.</summary>
    public static readonly TimeSpan HandOver = TimeSpan.FromSeconds(8);

    /// <summary>A guest that has stopped for its hand-over does not wait for the word of a target of which nothing was heard on any network for this long.</summary>
    public static readonly TimeSpan TargetSilent = TimeSpan.FromSeconds(2);

    /// <summary>A target whose copy is complete asks the table for the commit itself after this, and as often.</summary>
    public static readonly TimeSpan AskTable = TimeSpan.FromSeconds(1);

    /// <summary>The target resumes within milliseconds of the commit; its word of that is waited for this long.</summary>
    public static readonly TimeSpan Resume = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The frozen copy on the source is ended when the target runs, or after this at the latest: nothing depends on its end, and tearing a large process down takes
    /// processors and store from the target's start.
    /// </summary>
    public static readonly TimeSpan End = TimeSpan.FromMilliseconds(100);

    /// <summary>A path that looks broken carries nothing any more when the copy has not got on for this long; QEMU is asked four times a second.</summary>
    public static readonly TimeSpan Still = TimeSpan.FromMilliseconds(750);

    /// <summary>A copy that does not get on for this long is ended although its path looks well.</summary>
    public static readonly TimeSpan Stalled = TimeSpan.FromSeconds(10);

    /// <summary>On top of the allowed pause, when the guest has stopped and its path looks well: devices and disks are handed over as well.</summary>
    public static readonly TimeSpan SwitchOver = TimeSpan.FromSeconds(3);

    /// <summary>The pause that a copy is allowed at most unless a person says otherwise (QEMU's own default).</summary>
    public static readonly TimeSpan MostPause = TimeSpan.FromMilliseconds(300);

    /// <summary>A copy whose rest would take longer than the allowed pause for this long is allowed twice of it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The whole copy of a machine with this much memory.</summary>
    public static TimeSpan Copy(long memoryMiB) => TimeSpan.FromSeconds(60 + (240 * memoryMiB / 1024.0));
}
