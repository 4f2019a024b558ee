using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>No host is given more machines than it has memory for.</summary>
internal sealed class RoomIsRespected(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "room-is-respected";

    public override void ProcessBegan(Guest guest)
    {
        var used = guest.Host.Guests.Count(g => g.Alive) * (long)SimulatedCluster.MachineMemoryMiB;
        if (used > guest.Host.MemoryMiB)
        {
            Violated($"{guest.Host.Name} has {guest.Host.MemoryMiB} MiB and runs processes of {used} MiB");
        }
    }
}
