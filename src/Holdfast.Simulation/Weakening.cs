using Holdfast.Core.Agent;
using Holdfast.Core.Guarding.Deciding;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation;

/// <summary>One protection switched off on purpose, to show that the checkers notice.</summary>
internal sealed record Weakening(string Name, string What)
{
    public static readonly Weakening None = new("none", "");

    public AgentFlaws Agent { get; init; }

    public RegisterFlaws Register { get; init; }

    public GuardFlaws Guard { get; init; }

    public MoveFlaws Move { get; init; }

    /// <summary>The adapter's look at the source happens before its freeze, not after it.</summary>
    public bool LooksBeforeFreezeOnly { get; init; }

    /// <summary>The end of a process is believed as soon as it was asked for.</summary>
    public bool BelievesDestroy { get; init; }

    /// <summary>A restarted guard remembers nothing.</summary>
    public bool GuardForgets { get; init; }

    /// <summary>The watchdog never fires.</summary>
    public bool WatchdogNeverFires { get; init; }

    /// <summary>What the cluster must be like for this protection to matter.</summary>
    public Func<ClusterOptions, ClusterOptions> In { get; init; } = static options => options;

    /// <summary>The faults that bring it to light, by class; a swarm of all would too, and take longer.</summary>
    public IReadOnlyCollection<string> Focus { get; init; } = [];

    /// <summary>Seeds, from 1 on, of which at least one shows it in <see cref="Minutes"/> under faults; a test holds to it.</summary>
    public int Seeds { get; init; } = 20;

    public int Minutes { get; init; } = 5;
}
