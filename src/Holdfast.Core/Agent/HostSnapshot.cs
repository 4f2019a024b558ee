using System.Collections.Immutable;
using Holdfast.Core.Evidence;
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

    /// <summary>How well this host's own links carry heartbeats, each direction for itself.</summary>
    public ImmutableArray<LinkView> Links { get; init; } = [];

    /// <summary>This host's own link to each network, as its kernel says; a network whose link is not known is missing.</summary>
    public ImmutableSortedDictionary<string, OwnLink> OwnLinks { get; init; } = ImmutableSortedDictionary<string, OwnLink>.Empty;

    /// <summary>All fence devices, as this host's own tests of them show.</summary>
    public ImmutableArray<FenceDeviceView> FenceDevices { get; init; } = [];
}

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
    ImmutableSortedDictionary<string, string> Datastores, int Machines, long FreeMemoryMiB);

/// <param name="State">opening, joining, ready, expired, failed.</param>
/// <param name="RightForMs">How long the right still holds without another renewal; 0 when expired.</param>
public sealed record DatastoreView(
    string Name, string Path, string State, string Reason, Guid AreaId, Guid Incarnation, ulong TableVersion, double RightForMs, double DrainSeconds);

/// <param name="State">running, paused, stopped, migrating, starting, pending, error.</param>
/// <param name="Owner">Slot of the owner, or -1.</param>
/// <param name="Local">True when this agent is the owner, so that State is what it sees itself.</param>
public sealed record MachineView(
    Guid Id, string Name, string Datastore, string Wanted, string State, int Owner, int Target, ulong Epoch, string Reason, bool Local,
    MachineDefinition? Definition, RestartBoundView? Bound);

/// <summary>The worst case until the machine runs again after its host dies, with the parts it is made of (DESIGN §4).</summary>
public sealed record RestartBoundView(double WithoutDeviceSeconds, double? WithDeviceSeconds, ImmutableArray<BoundPart> Parts);

public sealed record BoundPart(string Name, double Seconds, bool WithDeviceOnly = false, bool WithoutDeviceOnly = false);

/// <summary>A migration this agent drives or has driven, newest last. Stamps are milliseconds since the move began, by this host's clock.</summary>
/// <param name="State">moving, done, failed.</param>
public sealed record MoveView(
    Guid Move, Guid Machine, int Source, int Target, string State, string Reason, ImmutableSortedDictionary<string, double> Stamps);
