using Holdfast.Core.Guarding;
using Holdfast.Core.Timing;

namespace Holdfast.Runtime.Ports;

/// <summary>This host's own monotonic clock (CLOCK_BOOTTIME).</summary>
public interface IClock
{
    Moment Now { get; }
}

/// <summary>The guard's end of the wire.</summary>
public interface IGuardPort
{
    /// <summary><paramref name="done"/> exactly once within a limit: null = done, else why not.</summary>
    void Order(GuardOrder order, Action<string?> done);

    /// <summary>Set once before the first order. Null: the connection was lost.</summary>
    Action<GuardReport?>? Reported { get; set; }
}

/// <summary>Everything the agent's core acts through.</summary>
public sealed record AgentPorts(
    IClock Clock, ILeaseAreas Areas, IGuardPort Guard, IHypervisor Hypervisor, IHeartbeatPort Heartbeats, IPeerPort Peers, IFencePort Fence, IDefinitionStore Definitions);
