using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A fence device does nothing and says so.</summary>
internal sealed class FenceDeviceBroken(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "fence device broken";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike() => Change(h => h.FenceDevice.State = FenceDeviceState.Broken, h => h.FenceDevice.State = FenceDeviceState.Ok);
}
