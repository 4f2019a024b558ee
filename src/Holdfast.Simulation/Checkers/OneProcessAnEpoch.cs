using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>Every start of a process is a commit of its own: no two processes begin in one epoch of a machine.</summary>
internal sealed class OneProcessAnEpoch(SimulatedCluster cluster) : Checker(cluster)
{
    private readonly HashSet<(Guid Machine, ulong Epoch)> begun = [];

    public override string Name => "one-process-an-epoch";

    public override void ProcessBegan(Guest guest)
    {
        // A migration's incoming process has the epoch of no start.
        if (guest.Epoch > 0 && !begun.Add((guest.Machine, guest.Epoch)))
        {
            Violated($"a second process of {Cluster.NameOf(guest.Machine)} begins on {guest.Host.Name} in epoch {guest.Epoch}");
        }
    }
}
