using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Guarding;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>What the core is told. The driver posts them one at a time.</summary>
public abstract record AgentInput;

/// <summary>Time has passed; posted every 50 ms at most.</summary>
public sealed record Tick : AgentInput;

/// <summary>The end of an operation that ends in one sentence or none.</summary>
public sealed record OperationEnded(long Op, string? Failure) : AgentInput;

public sealed record HypervisorEnded(HypervisorResult Result) : AgentInput;

public sealed record MachineHappened(MachineEvent Event) : AgentInput;

/// <param name="Report">Null: the connection to the guard was lost.</param>
public sealed record GuardSaid(GuardReport? Report) : AgentInput;

/// <summary>A lease area was opened and its header fits. Posted once for each datastore.</summary>
/// <param name="SlotFile">Absolute path of this host's own heartbeat slot, for the guard.</param>
public sealed record DatastoreOpened(string Name, string Path, TimeSpan Drain, AreaIdentity Identity, string SlotFile, long SlotOffset) : AgentInput;

/// <summary>A datastore that was told of cannot be opened (yet); it is tried again.</summary>
public sealed record DatastoreFailed(string Name, string Path, string Reason) : AgentInput;

public sealed record RegisterSaid(string Datastore, RegisterInput Input) : AgentInput;

public sealed record SlotsRead(long Op, string Datastore, ImmutableArray<SlotReading> Readings) : AgentInput;

public sealed record DefinitionsLoaded(long Op, string Datastore, ImmutableArray<MachineDefinition> Definitions, string? Failure) : AgentInput;

/// <param name="At">When it came in, by this host's clock: the agent's own lateness is not the network's.</param>
public sealed record HeartbeatHeard(Heartbeat Heartbeat, Moment At) : AgentInput;

public sealed record ProbeHeard(MtuProbe Probe) : AgentInput;

public sealed record PeerSaid(PeerMessage Message) : AgentInput;

/// <param name="MiBPerSecond">Null: <paramref name="Failure"/> says why it is not known.</param>
public sealed record PathMeasured(long Op, double? MiBPerSecond, string? Failure) : AgentInput;

public sealed record OrderGiven(long Order, AgentOrder What) : AgentInput;

/// <summary>What was measured on this host outside the core.</summary>
/// <param name="FreeMemoryMiB">What was left when this host's machines had been promised <paramref name="PromisedMiB"/>; below zero when they have more than it has.</param>
public sealed record ConditionsMeasured(bool Quorum, long FreeMemoryMiB, int FreeCpuPercent, bool GuestNetworkUp, long PromisedMiB = 0) : AgentInput
{
    /// <summary>This host's own link to each network, as its kernel says; a network whose link is not known is missing.</summary>
    public ImmutableSortedDictionary<string, OwnLink> Links { get; init; } = ImmutableSortedDictionary<string, OwnLink>.Empty;

    /// <summary>Since the measurement before, not smoothed. Processors that are used by nothing but machines may be left out of it: their use is known here. Null: not measured.</summary>
    public HostLoad? Load { get; init; }
}

/// <summary>An administrator has disarmed this host for a time, or armed it again (<paramref name="For"/> zero).</summary>
/// <param name="By">Who, and why: it is told with every decision that follows from it.</param>
public sealed record HighAvailabilitySet(TimeSpan For, string By) : AgentInput;

/// <summary>A machine's definition was changed by an administrator while it may be running.</summary>
public sealed record DefinitionChanged(MachineDefinition Definition) : AgentInput;

/// <summary>An administrator drains this host, or has it take machines again (<paramref name="On"/> false). It lasts until it is taken back.</summary>
/// <param name="By">Who, and why: it is told with every decision that follows from it.</param>
public sealed record DrainSet(bool On, string By) : AgentInput;

/// <summary>The two monotonic clocks disagree by more than the tolerance: no observation proves anything.</summary>
public sealed record ClocksDisagree : AgentInput;
