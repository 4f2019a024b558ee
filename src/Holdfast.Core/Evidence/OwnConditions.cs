using System.Collections.Immutable;

namespace Holdfast.Core.Evidence;

/// <summary>What a host knows of itself besides its picture of the cluster: with both, its <see cref="Situation"/> follows (<see cref="SituationRules"/>).</summary>
/// <param name="Apart">Joining, leaving or disarmed.</param>
/// <param name="Draining">An administrator drains it.</param>
/// <param name="Readable">It can read every datastore that it has joined.</param>
/// <param name="Quorum">Its etcd has a quorum.</param>
/// <param name="GuestUnplugged">Its own link to the guest network has no carrier.</param>
/// <param name="MigrationNetworks">Those that may carry migrations.</param>
/// <param name="IsWhole">Between this host and a slot, packets of full size pass both ways on a network, as far as it is known.</param>
/// <param name="WasHeard">A slot was heard on a network at some time.</param>
public sealed record OwnConditions(
    bool Apart, bool Draining, StorageState Storage, bool Readable, bool Quorum, bool GuestUnplugged, ImmutableArray<string> MigrationNetworks,
    Func<string, int, bool> IsWhole, Func<string, int, bool> WasHeard);
