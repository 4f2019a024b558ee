using Holdfast.Core.Leases;

namespace Holdfast.Core.Recovery;

/// <summary>What a datastore alone says of one machine, with no agent and no etcd asked.</summary>
/// <param name="Name">Of its folder; its id when it has none.</param>
/// <param name="Priority">Of its definition; 0 when that cannot be read.</param>
/// <param name="Entry">Its lease; null: the lease table does not know it.</param>
/// <param name="Owner">The host that the lease names; null: none does.</param>
/// <param name="OwnerRenews">The owner, in the very life that the lease names, renewed its slot while we looked.</param>
/// <param name="HasDefinition">Its folder is there and its definition can be read.</param>
/// <param name="DiskTrouble">What is wrong with its files, as a sentence; null: nothing was found, or they were not looked at because it may be running.</param>
public sealed record MachineEvidence(string Name, int Priority, MachineEntry? Entry, string? Owner, bool OwnerRenews, bool HasDefinition, string? DiskTrouble);
