using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A non-transitive cut: two hosts do not hear each other, and both hear the rest.</summary>
internal sealed class PairCut(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "pair of hosts cut off each other";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        var (network, one, other) = (AnyNetwork(), Dice.Below(Cluster.Hosts.Length), Dice.Below(Cluster.Hosts.Length));
        Where = $"{Cluster.HostNames[one]}-{Cluster.HostNames[other]} {network.Name}";
        return one == other ? null : Cut(network.Across([one], [other]));
    }
}
