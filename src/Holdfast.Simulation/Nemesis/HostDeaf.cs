using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host sends and hears nothing: one direction only.</summary>
internal sealed class HostDeaf(SimulatedCluster cluster, Dice dice) : HostLinkFault(cluster, dice)
{
    public override string Name => "host hears nothing on a network";

    protected override Action? Strike(SimulatedNetwork network, int host) => Cut(network.To(host));
}
