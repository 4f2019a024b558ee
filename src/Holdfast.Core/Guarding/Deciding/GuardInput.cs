using Holdfast.Core.Guarding;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>Everything that can happen to the guard. The clock comes beside it, so that a test can say what time it is.</summary>
internal abstract record GuardInput
{
    /// <summary>Time has passed.</summary>
    internal sealed record Tick : GuardInput;

    internal sealed record Ordered(GuardOrder Order) : GuardInput;

    /// <summary>The write of a <see cref="GuardAction.Renew"/> has ended; <paramref name="Error"/> is null when it is on the store.</summary>
    internal sealed record Renewed(string SlotKey, long Token, string? Error) : GuardInput;

    /// <summary>A QEMU process was found. <paramref name="Machine"/> is null when its command line names none.</summary>
    internal sealed record ProcessSeen(int Pid, ulong StartTime, int Parent, Guid? Machine) : GuardInput;

    internal sealed record ProcessGone(int Pid) : GuardInput;

    /// <summary>The threads of a process that should stand still were looked at; <paramref name="AllStopped"/>: each was in state T.</summary>
    internal sealed record ThreadsSeen(int Pid, bool AllStopped) : GuardInput;

    /// <summary>A whole look at /proc has ended; all that it found was told before.</summary>
    internal sealed record LookEnded(ClockReading Began) : GuardInput;

    /// <summary>A <see cref="GuardAction.Pause"/> has ended. <paramref name="Sent"/>: the guest ran and the stop left for QEMU, answered or not.</summary>
    internal sealed record PauseEnded(int Pid, bool Sent) : GuardInput;

    internal sealed record ResumeEnded(int Pid, bool Done) : GuardInput;

    /// <summary>The watchdog's thread asks what to do now.</summary>
    internal sealed record WatchdogTurn : GuardInput;

    /// <summary>The watchdog took the arm order and counts with <paramref name="Timeout"/>, which may be longer than asked.</summary>
    internal sealed record WatchdogArmed(TimeSpan Timeout) : GuardInput;

    internal sealed record WatchdogLost : GuardInput;
}
