using System.Collections.Immutable;

namespace Holdfast.Core.Placement;

/// <summary>Machines that need a host, the hosts that take some, and the rules; everything by index.</summary>
/// <param name="Free">What each host has left, by resource, after everything that stays where it is.</param>
public sealed record RestartQuestion(
    ImmutableArray<ImmutableArray<double>> Free,
    ImmutableArray<RestartMachine> Machines,
    ImmutableArray<ApartRule> Apart,
    ImmutableArray<AmongRule> Among);

/// <param name="Priority">Higher is placed first.</param>
/// <param name="Demand">What it needs, by resource.</param>
public sealed record RestartMachine(int Priority, ImmutableArray<double> Demand);

/// <summary>No two of these machines share a host, nor does one of them use an occupied host (those of the rule's machines that run already).</summary>
public sealed record ApartRule(ImmutableArray<int> Machines, ImmutableArray<int> Occupied);

/// <summary>All of these machines go to hosts of one and the same part; no host is in two parts.</summary>
public sealed record AmongRule(ImmutableArray<int> Machines, ImmutableArray<ImmutableArray<int>> Parts);

/// <param name="Host">By machine; null: it waits.</param>
/// <param name="Waiting">Why, one sentence for each machine without a host.</param>
public sealed record RestartPlan(ImmutableArray<int?> Host, ImmutableSortedDictionary<int, string> Waiting);
