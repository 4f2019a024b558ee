using System.Collections.Immutable;
using Holdfast.Core.Evidence;

namespace Holdfast.Core.Balancing;

/// <summary>What one host knows when it looks whether its machines would be better off elsewhere. Others' machines are theirs to move: of them only the sum counts.</summary>
/// <param name="Machines">Those that run here.</param>
/// <param name="Elsewhere">Machines on other hosts that are of a group of one of <paramref name="Machines"/>.</param>
public sealed record BalanceScene(BalanceHost Self, ImmutableArray<BalanceHost> Others, ImmutableArray<BalanceMachine> Machines, ImmutableArray<ApartMember> Elsewhere);

/// <param name="Load">Null: it says nothing of it.</param>
/// <param name="FreeMemoryMiB">Room for machines.</param>
/// <param name="WhyNot">Why no machine of this host can go there now; null: one can.</param>
/// <param name="NoPath">It is the network that is in the way.</param>
public sealed record BalanceHost(int Slot, string Name, HostLoad? Load, long FreeMemoryMiB, string? WhyNot = null, bool NoPath = false);

/// <param name="Cpus">Processors that it wants; null: not measured.</param>
/// <param name="MemoryMiB">What it is promised.</param>
/// <param name="UsedMiB">What has to be copied, as far as it is known.</param>
/// <param name="ApartGroup">Its group, if it is in one.</param>
/// <param name="Stays">Why it is not moved now; null: it may be.</param>
/// <param name="Tried">It stays because a move of it has failed.</param>
public sealed record BalanceMachine(Guid Id, string Name, double? Cpus, long MemoryMiB, long UsedMiB, string? ApartGroup = null, string? Stays = null, bool Tried = false);

/// <summary>A machine of a group on another host.</summary>
public sealed record ApartMember(Guid Id, int Slot, string Group);

/// <summary>What would help one host.</summary>
/// <param name="Share">Of its processors that its work wants.</param>
/// <param name="Moves">In this order; none when it is not hot or nothing helps.</param>
/// <param name="Shortage">It stays hot, why, and what would help; null: it is not hot, or the moves relieve it.</param>
public sealed record BalancePlan(double Share, bool IsHot, ImmutableArray<RecommendedMove> Moves, string? Shortage);

/// <summary>One live migration that pays.</summary>
/// <param name="Cpus">Processors that it takes off its host.</param>
/// <param name="CopyMiB">Its price: what has to be copied.</param>
/// <param name="FromBefore">Share of the source's processors that is wanted before this move and, <paramref name="FromAfter"/>, after it; the target's in the same way.</param>
public sealed record RecommendedMove(Guid Machine, string Name, int From, int To, double Cpus, long CopyMiB, double FromBefore, double FromAfter, double ToBefore, double ToAfter);
