using System.Collections.Immutable;

namespace Holdfast.Core.Balancing;

/// <summary>What one balancing round knows: hosts and machines with their forecast use.</summary>
public sealed record BalancerView(ImmutableArray<HostUse> Hosts, ImmutableArray<MachineUse> Machines);

/// <param name="CpuMHz">All cores together.</param>
public sealed record HostUse(int Slot, double CpuMHz, double MemoryMiB);

/// <param name="CpuMHz">Forecast of what it wants, also what it does not get.</param>
/// <param name="MemoryMiB">What it holds on its host, and during a move on both.</param>
/// <param name="ApartFrom">Machines with the same number never share a host; null: none.</param>
/// <param name="Stays">It is not to be moved in this round.</param>
public sealed record MachineUse(Guid Id, int Slot, double CpuMHz, double MemoryMiB, int? ApartFrom = null, bool Stays = false);

/// <param name="HotShare">A host whose forecast CPU share is above it for <paramref name="Hold"/> is relieved …</param>
/// <param name="CoolShare">… until it is below this, and no host is loaded above this by a move: the gap between the two is the hysteresis.</param>
/// <param name="CoolDown">A moved machine stays at least so long, so no A→B→A.</param>
/// <param name="Margin">A move must take at least this share of the host's CPU off what is too much.</param>
/// <param name="PricePerGiB">Price of a move for each GiB to copy, in MHz of load that it must take away.</param>
/// <param name="MovesPerRound">Machines that may move in one round.</param>
public sealed record BalancerSettings(
    double HotShare = 0.8, double CoolShare = 0.65, TimeSpan Hold = default, TimeSpan CoolDown = default, double Margin = 0.02, double PricePerGiB = 5, int MovesPerRound = 16)
{
    /// <summary>No host is brought above <see cref="CoolShare"/> by a move, however much that would gain elsewhere.</summary>
    public bool TargetsStayCool { get; init; }

    public static BalancerSettings Default { get; } = new() { Hold = TimeSpan.FromMinutes(5), CoolDown = TimeSpan.FromHours(2) };
}

/// <summary>One live migration that pays.</summary>
public sealed record BalanceMove(Guid Machine, int From, int To);

/// <summary>What must be remembered between rounds: since when a host is hot, and when a machine was last moved.</summary>
public sealed record BalancerMemory(ImmutableSortedDictionary<int, Timing.Moment> HotSince, ImmutableSortedDictionary<Guid, Timing.Moment> MovedAt)
{
    public static BalancerMemory Empty { get; } = new(ImmutableSortedDictionary<int, Timing.Moment>.Empty, ImmutableSortedDictionary<Guid, Timing.Moment>.Empty);
}

/// <param name="Moves">In waves: those of one wave may run at the same time, and each wave needs the ones before it.</param>
/// <param name="StillHot">Slots that stay above <see cref="BalancerSettings.CoolShare"/> although they are to be relieved: the shortage that must be told.</param>
public sealed record BalanceRound(ImmutableArray<ImmutableArray<BalanceMove>> Moves, ImmutableArray<int> StillHot, BalancerMemory Memory);
