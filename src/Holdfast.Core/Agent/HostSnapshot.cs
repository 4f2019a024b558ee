using System.Collections.Immutable;
using Holdfast.Core.Balancing;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Model;

namespace Holdfast.Core.Agent;

/// <summary>What one agent knows and believes at one moment: the read model behind <c>holdfast status</c>, <c>host list</c>, <c>vm list</c> …</summary>
/// <param name="Ready">The agent has joined every datastore it was told of (and at least none is failing to open).</param>
public sealed record HostSnapshot(
    string Cluster, string Host, int Slot, bool Ready, string Reason,
    ImmutableArray<PeerView> Hosts, ImmutableArray<DatastoreView> Datastores, ImmutableArray<MachineView> Machines,
    ImmutableArray<MoveView> Moves, ImmutableArray<string> Alarms, long PromisedMiB = 0)
{
    /// <summary>What a host of this size has left; below zero when its machines have been promised more than it has.</summary>
    public long FreeMemoryMiB(long all) => all - PromisedMiB;

    /// <summary>What the agent knows of hosts and networks; verdict, evidence and culprit are functions of it.</summary>
    public ClusterPicture Picture { get; init; } = new(Slot, [], []);

    /// <summary>This host's row of the isolation table.</summary>
    public IsolationRow Row { get; init; } = IsolationTable.Rows[^1];

    /// <summary>Who disarmed this host and for how much longer; null: it is armed.</summary>
    public string? Disarmed { get; init; }

    /// <summary>This host is being drained; null: it is not.</summary>
    public DrainView? Drain { get; init; }

    /// <summary>How well this host's own links carry heartbeats, each direction for itself.</summary>
    public ImmutableArray<LinkView> Links { get; init; } = [];

    /// <summary>This host's own link to each network, as its kernel says; a network whose link is not known is missing.</summary>
    public ImmutableSortedDictionary<string, OwnLink> OwnLinks { get; init; } = ImmutableSortedDictionary<string, OwnLink>.Empty;

    /// <summary>Migrations that were looked at before they are begun, newest last.</summary>
    public ImmutableArray<PreflightView> Preflights { get; init; } = [];

    /// <summary>Whether this host is short of processors, and what would help.</summary>
    public BalanceView Balance { get; init; } = new(BalanceMode.Off, null, false, [], null, "");

    /// <summary>What the guard has reported last; null: none answers.</summary>
    public GuardView? Guard { get; init; }

    /// <summary>All fence devices, as this host's own tests of them show.</summary>
    public ImmutableArray<FenceDeviceView> FenceDevices { get; init; } = [];
}

/// <summary>The guard's last word.</summary>
/// <param name="Processes">QEMU processes on this host, whoever started them.</param>
public sealed record GuardView(ImmutableArray<RenewalView> Renewals, ImmutableArray<ProcessView> Processes);

/// <param name="Age">Since the start of the last renewal that succeeded.</param>
/// <param name="Failures">Renewals since then that failed or got no answer.</param>
public sealed record RenewalView(string Datastore, TimeSpan Age, int Failures);

/// <param name="Executes">It is neither stopped nor frozen. A copy that is still coming in does not execute its guest, and is none of these.</param>
public sealed record ProcessView(Guid Machine, string Name, bool Executes);

/// <summary>What a host makes of its own load.</summary>
/// <param name="Share">Of its processors that its work wants; null: <paramref name="Holds"/> says why that is not known.</param>
/// <param name="IsHot">It is short of processors.</param>
/// <param name="Moves">What would help, in this order.</param>
/// <param name="Shortage">What stays when all of it is done, why, and what would help; null: nothing.</param>
/// <param name="Holds">Why none of the moves begins now; empty: one does, or there is none.</param>
public sealed record BalanceView(BalanceMode Mode, double? Share, bool IsHot, ImmutableArray<RecommendedMove> Moves, string? Shortage, string Holds);

/// <summary>A host that is being drained.</summary>
/// <param name="By">Who drains it, and why.</param>
/// <param name="Machines">What the lease table still gives to it, or is about to; empty: it is drained.</param>
public sealed record DrainView(string By, ImmutableArray<RemainingView> Machines);

/// <param name="State">moving; waits: its turn, or its end, comes by itself; stays: it cannot leave now, and is tried again.</param>
public sealed record RemainingView(Guid Machine, string Name, string State, string Why);

/// <summary>One fence device of the host in <paramref name="Slot"/>.</summary>
/// <param name="Level">0 is tried first.</param>
/// <param name="State">unproven (not asked since this agent's start), proven, failed.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Age">It is in this state for so long.</param>
public sealed record FenceDeviceView(int Slot, int Level, string Name, string State, string? Failure, TimeSpan Age);

/// <summary>One direction between two hosts (slots) over one network, as measured.</summary>
public sealed record LinkView(string Network, int From, int To, LinkQuality Quality);

/// <param name="State">alive, suspect, fencing, dead, unknown; "self" never: this host is "alive".</param>
/// <param name="Networks">Per network: ok, oneway, lost.</param>
public sealed record PeerView(
    string Name, int Slot, string State, ImmutableSortedDictionary<string, string> Networks,
    ImmutableSortedDictionary<string, string> Datastores, int Machines, long FreeMemoryMiB)
{
    /// <summary>What its processors and memory do, by its own word; null: it has not said.</summary>
    public HostLoad? Load { get; init; }

    /// <summary>It says that it is being drained, and so takes no machines.</summary>
    public bool Draining { get; init; }

    /// <summary>As in its host record; of several datastores, what proves the least.</summary>
    public WatchdogClass Watchdog { get; init; }
}

/// <param name="State">opening, joining, ready, expired, failed.</param>
/// <param name="RightForMs">How long the right still holds without another renewal; 0 when expired.</param>
public sealed record DatastoreView(
    string Name, string Path, string State, string Reason, Guid AreaId, Guid Incarnation, ulong TableVersion, double RightForMs, double DrainSeconds);

/// <param name="State">running, paused, stopped, migrating, starting, pending, error.</param>
/// <param name="Owner">Slot of the owner, or -1.</param>
/// <param name="Local">True when this agent is the owner, so that State is what it sees itself.</param>
public sealed record MachineView(
    Guid Id, string Name, string Datastore, string Wanted, string State, int Owner, int Target, ulong Epoch, string Reason, bool Local,
    MachineDefinition? Definition, RestartBoundView? Bound)
{
    /// <summary>Its guest's signs of life, as its owner sees them; null elsewhere, and while something is under way with it.</summary>
    public GuestView? Guest { get; init; }

    /// <summary>What it uses of its host, as its owner measures it; null elsewhere, and while it is not known.</summary>
    public MachineUsage? Use { get; init; }
}

/// <summary>A guest's signs of life, each by itself.</summary>
/// <param name="Agent">answers, silent, absent (no guest agent has its channel open), unknown.</param>
/// <param name="Disk">works, still, unknown.</param>
/// <param name="Cpu">works, still, full (each virtual CPU never rests or does nothing), unknown.</param>
/// <param name="SilentFor">There has been no sign of life at all for this long.</param>
public sealed record GuestView(string Agent, string Disk, string Cpu, TimeSpan SilentFor, bool Hung);

/// <summary>The worst case until the machine runs again after its host dies, with the parts it is made of (DESIGN §4).</summary>
public sealed record RestartBoundView(double WithoutDeviceSeconds, double? WithDeviceSeconds, ImmutableArray<BoundPart> Parts);

public sealed record BoundPart(string Name, double Seconds, bool WithDeviceOnly = false, bool WithoutDeviceOnly = false);

/// <summary>A migration this agent drives or has driven, newest last. Stamps are milliseconds since it was asked for, by this host's clock; those of a try that failed are gone.</summary>
/// <param name="State">moving, cancelling, waiting (for its turn, or for the next try), done, failed.</param>
/// <param name="Network">What carries the present try; null: not chosen yet.</param>
/// <param name="Tries">Those that have failed, oldest first.</param>
public sealed record MoveView(
    Guid Move, Guid Machine, int Source, int Target, string State, string Reason, ImmutableSortedDictionary<string, double> Stamps, string? Network = null, MoveProgress? Progress = null,
    ImmutableArray<MoveTryView> Tries = default)
{
    /// <summary>Why others go first: "8 machines move in the cluster"; null: it does not wait for its turn.</summary>
    public string? WaitsFor { get; init; }
}

/// <summary>A try of a migration that was left.</summary>
/// <param name="Network">Null: it did not come to a choice.</param>
/// <param name="EndedMs">Milliseconds since the migration was asked for.</param>
public sealed record MoveTryView(int Target, string? Network, string Why, double EndedMs);

/// <summary>What an order to migrate a machine from here would come to.</summary>
/// <param name="Check">Id of the order that asked.</param>
/// <param name="Target">Slot of the target; null: there is none.</param>
/// <param name="Refusal">The sentence that the order would be refused with; null: it would begin.</param>
/// <param name="Others">Every other host.</param>
/// <param name="Forecast">Null when it would be refused.</param>
public sealed record PreflightView(
    Guid Check, Guid Machine, int Source, int? Target, string? Refusal, ImmutableArray<MoveCheck> Checks, ImmutableArray<OtherTarget> Others, MoveForecast? Forecast);

/// <summary>A host that a machine would not be moved to.</summary>
/// <param name="Possible">It could take it too.</param>
public sealed record OtherTarget(int Slot, bool Possible, string Says);

/// <summary>What a migration would cost.</summary>
/// <param name="MiBPerSecond">What the path carries; null: not known.</param>
/// <param name="DirtyMiBPerSecond">What the guest dirties; null: not known.</param>
/// <param name="MemoryMiB">What has to be copied at least.</param>
/// <param name="Estimate">Null: what it rests on is not known.</param>
/// <param name="Says">The same in words.</param>
public sealed record MoveForecast(double? MiBPerSecond, double? DirtyMiBPerSecond, long MemoryMiB, Migration.MigrationEstimate? Estimate, string Says);
