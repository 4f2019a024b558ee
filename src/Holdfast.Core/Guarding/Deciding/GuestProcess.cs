using Holdfast.Core.Guarding;

namespace Holdfast.Core.Guarding.Deciding;

/// <summary>One QEMU process that was found on this host.</summary>
internal sealed class GuestProcess(int pid, ulong startTime, int parent, Guid? machine)
{
    public int Pid { get; } = pid;

    public ulong StartTime { get; } = startTime;

    public int Parent { get; } = parent;

    /// <summary>The machine that its command line names.</summary>
    public Guid? Machine { get; } = machine;

    /// <summary>Its id in a report when it is not the one process of its machine: unlike any machine's, the same for its whole life.</summary>
    public Guid Stranger { get; } = new(pid, 0, 0, BitConverter.GetBytes(startTime));

    public GuardedState State { get; set; } = GuardedState.Free;

    /// <summary>All its threads were stopped when SIGKILL was sent: it never runs again, even while it is not gone.</summary>
    public bool EndedStill { get; set; }

    /// <summary>The datastores of its last grant: a rejoin of one of them ends it also when the grant was taken back.</summary>
    public string[] LastDatastores { get; set; } = [];

    public PauseState Pause { get; set; }

    /// <summary>The next try of a pause or resume that failed.</summary>
    public ClockReading PauseTry { get; set; }

    /// <summary>It cannot execute guest code, now or later, unless the guard lets it.</summary>
    public bool IsStill => State == GuardedState.Frozen || (State == GuardedState.Ending && EndedStill);
}

/// <summary>Where the guard's own QMP stop of a guest stands.</summary>
internal enum PauseState
{
    None,
    Pausing,
    Paused,
    Resuming,
}
