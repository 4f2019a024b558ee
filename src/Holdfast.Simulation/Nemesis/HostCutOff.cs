using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses one network in both directions, to all others.</summary>
internal sealed class HostCutOff(SimulatedCluster cluster, Dice dice) : HostLinkFault(cluster, dice)
{
    public override string Name => "host cut off a network";

    protected override Action? Strike(SimulatedNetwork network, int host) => Cut(Both(network, host));
}
