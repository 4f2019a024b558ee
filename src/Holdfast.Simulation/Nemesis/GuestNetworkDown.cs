using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host's guest network has no carrier: its machines are cut off, and move to hosts that have it, which costs each a pause.</summary>
internal sealed class GuestNetworkDown(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "guest network down";

    public override Action? Strike() => Change(h => h.GuestNetworkUp = false, h => h.GuestNetworkUp = true);
}
