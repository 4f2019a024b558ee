using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host's guest network has no carrier.</summary>
internal sealed class GuestNetworkDown(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guest network down";

    public override bool IsHarmless => true;

    public override Action? Strike() => Change(h => h.GuestNetworkUp = false, h => h.GuestNetworkUp = true);
}
