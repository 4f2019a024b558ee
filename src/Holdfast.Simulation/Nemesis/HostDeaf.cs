using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host sends and receives nothing: one direction only.</summary>
internal sealed class HostDeaf(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "host hears nothing on a network";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = AnyNetwork();
        Where = $"{host.Name} {network.Name}";
        return Cut(network.To(host.Index));
    }
}
