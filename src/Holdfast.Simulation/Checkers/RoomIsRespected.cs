using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>No host is given more machines than it has memory for.</summary>
internal sealed class RoomIsRespected(SimulatedCluster cluster) : Checker(cluster)
{
    /// <summary>A call that was given up may make a process at any time after that; by then the host has seen it, ended it or counts it.</summary>
    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(10);

    public override string Name => "room-is-respected";

    public override void ProcessBegan(Guest guest)
    {
        var used = guest.Host.Guests.Count(IsCounted) * (long)SimulatedCluster.MachineMemoryMiB;
        if (used > guest.Host.MemoryMiB)
        {
            Violated($"{guest.Host.Name} has {guest.Host.MemoryMiB} MiB and runs processes of {used} MiB");
        }
    }

    private bool IsCounted(Guest guest) => guest.Alive && (guest.LateSince is not { } since || Now - since > Noticed);
}
