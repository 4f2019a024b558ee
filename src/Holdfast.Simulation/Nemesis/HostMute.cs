using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host receives and is not heard: one direction only.</summary>
internal sealed class HostMute(SimulatedCluster cluster, Dice dice) : HostLinkFault(cluster, dice)
{
    public override string Name => "host is not heard on a network";

    protected override Action? Strike(SimulatedNetwork network, int host) => Cut(network.From(host));
}
