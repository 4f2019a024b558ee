using System.Collections.Immutable;

namespace Holdfast.Core.Balancing.Model;

/// <summary>
/// Which machine on which host: the question that the balancer and the machine-reassignment benchmark both ask. The form is that of the ROADEF/EURO challenge 2012
/// (H. M. Afsar et al., "Machine reassignment problem: the ROADEF/EURO challenge 2012", Annals of Operations Research 242, 2016), with two additions: hosts
/// that a machine may use, and evenness. Everything is named by its index; amounts are whatever unit the caller uses, the same within one resource.
/// </summary>
/// <param name="Home">The host of each machine today. It may break rules: the search then never makes a broken rule worse.</param>
public sealed record AssignmentProblem(
    ImmutableArray<ResourceKind> Resources,
    ImmutableArray<HostCapacity> Hosts,
    ImmutableArray<MachineGroup> Groups,
    ImmutableArray<MachineDemand> Machines,
    ImmutableArray<int> Home)
{
    public ImmutableArray<BalanceTarget> Balances { get; init; } = [];

    /// <summary>Sets of hosts that <see cref="MachineDemand.Allowed"/> points into.</summary>
    public ImmutableArray<ImmutableSortedSet<int>> HostSets { get; init; } = [];

    /// <summary>What a move costs besides the machine's own price, by pair of hosts; null: nothing.</summary>
    public PairPrices? PairPrices { get; init; }

    /// <summary>Price of the largest number of moved machines in one group, per machine; a machine without a group counts as one of its own.</summary>
    public double LargestGroupPrice { get; init; }
}

/// <param name="Transient">A moving machine holds it on both hosts until the move has ended, as live migration holds memory.</param>
/// <param name="LoadWeight">Cost per unit above a host's <see cref="HostCapacity.Safety"/>.</param>
/// <param name="Evenness">Cost of the square of a host's use share, Σ weight · (use / capacity)²: the smaller, the more even.</param>
public sealed record ResourceKind(bool Transient, double LoadWeight, double Evenness = 0);

/// <param name="Neighbourhood">Within one, machines reach those that they depend on.</param>
/// <param name="Location">The failure domain that a group spreads over.</param>
/// <param name="Capacity">Hard limit, by resource.</param>
/// <param name="Safety">Soft limit, by resource.</param>
public sealed record HostCapacity(int Neighbourhood, int Location, ImmutableArray<double> Capacity, ImmutableArray<double> Safety);

/// <summary>Machines of which no two may share a host, in at least so many locations, near one machine of each group that it depends on.</summary>
public sealed record MachineGroup(int SpreadMinimum, ImmutableArray<int> DependsOn);

/// <param name="Group">Index in <see cref="AssignmentProblem.Groups"/>; -1: none.</param>
/// <param name="Demand">What it uses, by resource.</param>
/// <param name="MovePrice">Cost of not being on its home.</param>
/// <param name="Allowed">Index in <see cref="AssignmentProblem.HostSets"/>; -1: every host.</param>
/// <param name="Fixed">It stays where it is.</param>
public sealed record MachineDemand(int Group, ImmutableArray<double> Demand, double MovePrice, int Allowed = -1, bool Fixed = false);

/// <summary>Cost of a host whose free second resource falls short of Target times its free first one: the rest of the first could not be used.</summary>
public sealed record BalanceTarget(int First, int Second, double Target, double Weight);

/// <summary>A few price levels and, for every pair (from · hosts + to), the level: same rack, same room, another room.</summary>
public sealed record PairPrices(ImmutableArray<double> Levels, ImmutableArray<byte> LevelOfPair);
