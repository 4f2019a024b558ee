using System.Text.Json.Serialization;

namespace Holdfast.Core.Guarding;

/// <summary>What the guard says to its agent: answers to orders, and reports that it sends by itself after every renewal and every change.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(GuardAnswer), "answer")]
[JsonDerivedType(typeof(GuardReport), "report")]
public abstract record GuardMessage;

/// <summary>The end of one order. <paramref name="Refusal"/> is null when it was done, else one sentence that says why not.</summary>
public sealed record GuardAnswer(long Id, string? Refusal) : GuardMessage;

/// <summary>The guard's whole state at <paramref name="At"/> (nanoseconds of CLOCK_BOOTTIME).</summary>
/// <param name="GuardLife">Random for each process of the guard, so that an agent sees a guard that was restarted.</param>
/// <param name="Watchdog">"none", "armed" (a device or its stand-in took the arm order) or "lost".</param>
public sealed record GuardReport(long At, Guid GuardLife, string Watchdog, GuardedArea[] Areas, GuardedMachine[] Machines) : GuardMessage;

/// <summary>One slot that the guard renews.</summary>
/// <param name="RenewalStarted">Start of the last successful renewal.</param>
/// <param name="Until">The right ends here: start of the last successful renewal + ttl, by the faster clock.</param>
/// <param name="Expired">Latched: true stays true until a <see cref="Rejoin"/>.</param>
/// <param name="Failures">Renewals that failed or got no answer since the last success.</param>
public sealed record GuardedArea(string Datastore, Guid Incarnation, long RenewalStarted, long Until, bool Expired, int Failures);

/// <summary>One QEMU process the guard has seen, or a grant whose process it has not.</summary>
/// <param name="Epoch">Epoch of its grant; 0 when it has none.</param>
/// <param name="State">See <see cref="GuardedState"/>.</param>
public sealed record GuardedMachine(Guid Machine, ulong Epoch, int Pid, GuardedState State);

[JsonConverter(typeof(JsonStringEnumConverter<GuardedState>))]
public enum GuardedState
{
    /// <summary>A grant without a process.</summary>
    Absent,

    /// <summary>The process may execute.</summary>
    Free,

    /// <summary>Renewals are late (0.7·ttl): stopped by QMP, goes on by QMP when the next renewal succeeds in time.</summary>
    Stopped,

    /// <summary>SIGSTOP sent, not every thread seen in state T yet.</summary>
    Freezing,

    /// <summary>Every thread was seen in state T.</summary>
    Frozen,

    /// <summary>SIGKILL sent, the process is not gone yet.</summary>
    Ending,
}
