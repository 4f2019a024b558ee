using Holdfast.Core.Agent;

namespace Holdfast.Runtime.Ports;

/// <summary>
/// The hypervisor on this host. <see cref="Begin"/> returns at once; <paramref name="call"/>'s end is posted exactly once, within the adapter's
/// own deadline, from any thread. Events are posted as they happen.
/// </summary>
public interface IHypervisor
{
    void Begin(HypervisorCall call, Action<HypervisorResult> done);

    /// <summary>Set once before the first call.</summary>
    Action<MachineEvent>? Happened { get; set; }
}
