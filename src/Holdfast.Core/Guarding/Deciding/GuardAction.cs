using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>What the decisions ask the shell to do. None of them may wait for anything in the thread that asked.</summary>
internal abstract record GuardAction
{
    /// <summary>Write the slot once; its end comes back as <see cref="GuardInput.Renewed"/>.</summary>
    internal sealed record Renew(string SlotKey, long Token, OpenArea Area, Guid Incarnation, ulong Counter, HeartbeatFlags Flags, SlotNote Note) : GuardAction;

    /// <summary>The slot is not written any more (its last write may still be in flight).</summary>
    internal sealed record Retire(string SlotKey) : GuardAction;

    /// <summary>A renewal counted: note its start for a guard that is restarted.</summary>
    internal sealed record NoteRenewal(Guid AreaId, Guid Incarnation, ClockReading Start, ClockReading LastOrder) : GuardAction;

    internal sealed record Signal(int Pid, ProcessSignal Number) : GuardAction;

    /// <summary>QMP <c>stop</c>, if the guest runs.</summary>
    internal sealed record Pause(int Pid, string QmpSocket) : GuardAction;

    /// <summary>QMP <c>cont</c>, if the guest is plainly paused.</summary>
    internal sealed record Resume(int Pid, string QmpSocket) : GuardAction;

    /// <summary>Look for processes and their threads at once, not at the next turn.</summary>
    internal sealed record Look : GuardAction;

    /// <summary>Write the whole memory (<see cref="GuardCore.Memory"/>) to the state file.</summary>
    internal sealed record Remember : GuardAction;

    /// <summary>Tell the agent the new state; <paramref name="Asked"/>: it asked for it.</summary>
    internal sealed record Tell(bool Asked) : GuardAction;

    internal sealed record Answer(GuardAnswer Message) : GuardAction;

    internal sealed record ArmWatchdog(TimeSpan Timeout) : GuardAction;

    internal sealed record PetWatchdog : GuardAction;

    /// <summary>The watchdog's thread should take its turn now.</summary>
    internal sealed record WakeWatchdog : GuardAction;

    /// <summary>One line for the log.</summary>
    internal sealed record Say(string Text) : GuardAction;
}

/// <summary>The three signals that the guard sends, with Linux' numbers.</summary>
internal enum ProcessSignal
{
    Kill = 9,
    Continue = 18,
    Stop = 19,
}
