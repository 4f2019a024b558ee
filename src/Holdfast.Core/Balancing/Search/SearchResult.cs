using System.Collections.Immutable;

namespace Holdfast.Core.Balancing.Search;

/// <param name="Assignment">The host of each machine, as the problem numbers them.</param>
/// <param name="Tried">Changes that were judged.</param>
public sealed record SearchResult(ImmutableArray<int> Assignment, double Cost, long Tried);
