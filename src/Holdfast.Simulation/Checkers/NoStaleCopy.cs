using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>A copy goes on only with the memory of the newest write: not after another copy has executed, and not when its source ran on after the copy was taken.</summary>
internal sealed class NoStaleCopy(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "no-stale-copy";

    public override void BeforeExecution(Truth truth, Guest guest)
    {
        var starts = guest.Era == 0 && !guest.Arrived;
        if (!starts && guest.Memory != truth.LastWrite)
        {
            Violated($"{Cluster.NameOf(guest.Machine)} goes on in process {guest.Pid} on {guest.Host.Name}, whose memory is older than the last write");
        }
    }
}
