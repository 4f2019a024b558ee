using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A fence device takes many seconds.</summary>
internal sealed class FenceDeviceSlow(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "fence device slow";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike() => Change(h => h.FenceDevice.State = FenceDeviceState.Slow, h => h.FenceDevice.State = FenceDeviceState.Ok);
}
