using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Topology;

/// <summary>One host that is on, when everything has settled: what it knows, and what it then does.</summary>
internal sealed record HostView(HostFacts Host, ClusterPicture Picture, Situation Situation, IsolationRow Row, HeartbeatFlags Flags)
{
    public int Slot => Host.Slot;

    /// <summary>As the agent has it: by its row, and while nobody drains it.</summary>
    public bool TakesMachines => Row.TakesMachines && !Host.Draining;
}

/// <summary>One host's device has switched another one off.</summary>
/// <param name="Device">For people.</param>
internal sealed record Shot(int Target, int By, string Device, bool CutsPath);
