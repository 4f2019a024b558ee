using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host receives and is not heard: one direction only.</summary>
internal sealed class HostMute(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "host is not heard on a network";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = AnyNetwork();
        Where = $"{host.Name} {network.Name}";
        return Cut(network.From(host.Index));
    }
}
