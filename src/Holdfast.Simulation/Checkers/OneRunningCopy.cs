using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>A machine executes in at most one process at any instant.</summary>
internal sealed class OneRunningCopy(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "one-running-copy";

    public override void Executes(Truth truth, Guest guest)
    {
        if (truth.Executing.Count > 1)
        {
            Violated($"{Cluster.NameOf(guest.Machine)} executes on {string.Join(" and ", truth.Executing.Select(g => $"{g.Host.Name} (process {g.Pid})"))} at once");
        }
    }
}
