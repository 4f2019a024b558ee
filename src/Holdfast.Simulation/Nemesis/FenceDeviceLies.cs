using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>
/// A fence device says off and does nothing. A host that is silent for less than its watchdog needs must not be declared dead by it alone, so it lies only where the shot comes late; and
/// where hosts have no watchdog, a device that lies about one that hangs leaves nothing that could tell it from a dead one (docs/operations/fencing.md).
/// </summary>
internal sealed class FenceDeviceLies(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "fence device lies";

    public override bool IsHarmless => true;

    public override TimeSpan Lasts() => Dice.Seconds(20, 200);

    public override Action? Strike()
    {
        if (Cluster.Options is { FastShot: true } or { FenceCutsPath: true } or { Watchdogs: false })
        {
            return null;
        }

        return Change(h => h.FenceDevice.State = FenceDeviceState.Lying, h => h.FenceDevice.State = FenceDeviceState.Ok);
    }
}
