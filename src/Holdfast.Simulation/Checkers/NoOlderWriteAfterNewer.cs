using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>No write of a copy reaches the disk after the first write of a copy that began to execute after it.</summary>
internal sealed class NoOlderWriteAfterNewer(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "no-older-write-after-newer";

    public override void Landed(Truth truth, int era, Guest guest)
    {
        if (era < truth.LandedEra)
        {
            Violated($"a write of {Cluster.NameOf(guest.Machine)}'s process {guest.Pid} on {guest.Host.Name} landed after a newer copy had written");
        }
    }
}
