using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>One whole network is gone, for everybody.</summary>
internal sealed class SwitchDown(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "switch down";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        var network = AnyNetwork();
        Where = network.Name;
        return Cut(network.All());
    }
}
