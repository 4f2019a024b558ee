using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A fence device does its work and its answer is lost.</summary>
internal sealed class FenceDeviceAnswerLost(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "fence device answers get lost";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike() => Change(h => h.FenceDevice.State = FenceDeviceState.AnswerLost, h => h.FenceDevice.State = FenceDeviceState.Ok);
}
