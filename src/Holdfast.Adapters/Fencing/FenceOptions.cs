using System.Collections.Immutable;

namespace Holdfast.Adapters.Fencing;

/// <summary>A fence agent and what it needs to know.</summary>
/// <param name="Agent">Name or path of a program of the fence-agents calling convention (<c>fence_ipmilan</c>, <c>fence_lab</c>, …).</param>
/// <param name="Options">Its options as key=value; <c>{host}</c> in a value is the name of the host to be fenced. Without <c>plug</c> (or <c>port</c>) <c>plug={host}</c> is added.</param>
/// <param name="Limit">Longest time for one fencing, both processes together.</param>
public sealed record FenceOptions(string Agent, ImmutableSortedDictionary<string, string> Options, TimeSpan Limit);
