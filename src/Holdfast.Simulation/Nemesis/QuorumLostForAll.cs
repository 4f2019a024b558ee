using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Nobody sees a quorum of etcd.</summary>
internal sealed class QuorumLostForAll(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "etcd without quorum for all";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        foreach (var host in Cluster.Hosts)
        {
            host.HasQuorum = false;
        }

        return () =>
        {
            foreach (var host in Cluster.Hosts)
            {
                host.HasQuorum = true;
            }
        };
    }
}
