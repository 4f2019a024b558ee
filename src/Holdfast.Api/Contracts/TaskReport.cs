namespace Holdfast.Api;

/// <summary><c>GET /v1/tasks/ID</c>: long work, what it has done so far and how it ended. Answered by the host that took the request.</summary>
public sealed record TaskReport
{
    public required string Id { get; init; }

    /// <summary>"create", "set", "start", "stop", "kill", "delete", "migrate", "cancel-migration", "relocate", "add-datastore", "fence", "drain".</summary>
    public required string Kind { get; init; }

    public string? Machine { get; init; }

    public required TaskState State { get; init; }

    public TaskStep[] Steps { get; set; } = [];

    /// <summary>How far the copy of a migration has come; null while there is none.</summary>
    public CopyProgress? Progress { get; init; }

    public TaskResult? Result { get; init; }

    /// <summary>Set when <see cref="State"/> is <see cref="TaskState.Failed"/>.</summary>
    public ApiError? Error { get; init; }
}

/// <param name="AtMs">Milliseconds since the task was taken.</param>
public sealed record TaskStep(string Name, double AtMs);

/// <summary>What the work left behind; only what applies is set.</summary>
public sealed record TaskResult
{
    /// <summary>Where the machine is now; the host that was fenced or drained.</summary>
    public string? Host { get; init; }

    public ulong? Epoch { get; init; }

    /// <summary>The machine's IP addresses after they were set.</summary>
    public string[]? Ips { get; init; }

    /// <summary>What its host does when its guest is hung, after that was set.</summary>
    public HungResponse? OnHung { get; init; }

    /// <summary>The group whose machines stay apart, after that was set; empty: none.</summary>
    public string? ApartGroup { get; init; }

    public Migration? Migration { get; init; }

    /// <summary>The machines that could not leave a drained host yet, and why; empty: it is drained.</summary>
    public RemainingMachine[]? Remaining { get; init; }
}

/// <summary>
/// One live migration. All stamps are milliseconds since the request was taken, by the source agent's clock, except
/// <see cref="ResumedMs"/>, which is the moment at which the source heard of the target's RESUME. Null: never reached.
/// </summary>
public sealed record Migration
{
    public required string From { get; init; }

    public required string To { get; init; }

    /// <summary>What carried it; null: it did not come to a choice.</summary>
    public string? Network { get; init; }

    /// <summary>Tries that failed before, oldest first; the stamps below are the last one's.</summary>
    public MigrationTry[] Tries { get; set; } = [];

    public DateTimeOffset At { get; init; }

    /// <summary>"moved", "kept" (failed, the source runs on) or "lost" (an end was proven dead).</summary>
    public string Outcome { get; set; } = "moved";

    /// <summary><c>Moving(A→B)</c> stands in the lease table.</summary>
    public double? AnnouncedMs { get; init; }

    public double? BegunMs { get; init; }

    public double? PreparedMs { get; init; }

    /// <summary>The guest stopped on the source for the switch-over.</summary>
    public double? StoppedMs { get; init; }

    /// <summary>QEMU on the source said "completed".</summary>
    public double? CompletedMs { get; init; }

    /// <summary>libvirt's Perform has returned.</summary>
    public double? PerformedMs { get; init; }

    /// <summary>The source's copy stood frozen, every thread of it, and was looked at again: it had not run.</summary>
    public double? LookedMs { get; init; }

    /// <summary>The target reported the complete, paused machine.</summary>
    public double? TargetCompleteMs { get; init; }

    /// <summary><c>Held(B)</c> stands in the lease table.</summary>
    public double? CommittedMs { get; init; }

    public double? ResumedMs { get; init; }

    /// <summary>Request to the end of all work.</summary>
    public double? TotalMs { get; init; }

    /// <summary>QEMU's "completed" on the source to RESUME on the target, by one clock where both are on one machine.</summary>
    public double? CompletedToResumeMs { get; init; }

    /// <summary>What the guest missed: stopped on the source to resumed on the target.</summary>
    public double? PauseMs { get; init; }
}

/// <summary>A try of a migration that was left for another one.</summary>
/// <param name="Network">Null: it did not come to a choice.</param>
/// <param name="EndedMs">Milliseconds since the request was taken.</param>
public sealed record MigrationTry(string To, string? Network, string Why, double EndedMs);

/// <summary>How far the copy of a migration has come, as QEMU counts it. Rates are MiB a second.</summary>
/// <param name="RemainingMiB">By what is known now; the guest goes on writing.</param>
/// <param name="Dirtied">What the guest writes anew; 0 in the first pass, when nobody knows it.</param>
/// <param name="SecondsLeft">If nothing were written any more; null: not known yet.</param>
/// <param name="Throttled">Share of its time, 0 to 1, that the guest is kept from running so that it writes less.</param>
public sealed record CopyProgress(double SentMiB, double RemainingMiB, double TotalMiB, double Rate, double Dirtied, int Pass, double? SecondsLeft, double Throttled);
