using System.Collections.Immutable;
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
}

/// <param name="State">alive, suspect, fencing, dead, unknown; "self" never: this host is "alive".</param>
/// <param name="Verdict">One sentence: what this agent believes of that host and why.</param>
/// <param name="Networks">Per network: ok, oneway, lost.</param>
public sealed record PeerView(
    string Name, int Slot, string State, string Verdict, ImmutableSortedDictionary<string, string> Networks,
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
