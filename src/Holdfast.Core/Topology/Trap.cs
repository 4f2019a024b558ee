using System.Collections.Immutable;

namespace Holdfast.Core.Topology;

/// <summary>Something in the layout that costs more than it looks like.</summary>
/// <param name="Kind">A word for machines: "isolation-addresses", "votes" …</param>
/// <param name="Says">One sentence with the way out.</param>
public sealed record Trap(string Kind, string Says, ImmutableArray<ComponentId> Components);
