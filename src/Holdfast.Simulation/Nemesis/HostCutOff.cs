using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host loses one network in both directions, to all others.</summary>
internal sealed class HostCutOff(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "host cut off a network";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        var network = AnyNetwork();
        Where = $"{host.Name} {network.Name}";
        return Cut([.. network.From(host.Index), .. network.To(host.Index)]);
    }
}
