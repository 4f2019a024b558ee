using Holdfast.Core.Agent;
using Holdfast.Core.Guarding.Deciding;
using Holdfast.Core.Leases;

namespace Holdfast.Simulation;

/// <summary>One protection switched off on purpose, to show that the checkers notice.</summary>
internal sealed record Weakening(string Name, string What)
{
    public static readonly Weakening None = new("none", "");

    public AgentFlaws Agent { get; init; }

    public RegisterFlaws Register { get; init; }

    public GuardFlaws Guard { get; init; }

    /// <summary>The adapter's look at the source happens before its freeze, not after it.</summary>
    public bool LooksBeforeFreezeOnly { get; init; }

    /// <summary>A restarted guard does not wait for the former one's write.</summary>
    public bool SlotWritesOverlap { get; init; }
}
