using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Something is wrong with one host's link to one network. It touches no machine.</summary>
internal abstract class HostLinkFault(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public sealed override bool IsHarmless => true;

    public sealed override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = AnyNetwork();
        Where = $"{host.Name} {network.Name}";
        return Strike(network, host.Index);
    }

    protected abstract Action? Strike(SimulatedNetwork network, int host);

    protected static IEnumerable<Link> Both(SimulatedNetwork network, int host) => network.From(host).Concat(network.To(host));
}
