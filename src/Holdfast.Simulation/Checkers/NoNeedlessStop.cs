using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>A disturbance that does not touch the machine itself costs it nothing: no stop, no restart, no fencing of its host.</summary>
internal sealed class NoNeedlessStop(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "no-needless-stop";

    private bool Counts => Cluster.Options.HarmlessOnly && Cluster.Troubled;

    public override void StandsStill(Truth truth, Guest guest)
    {
        if (Counts)
        {
            Violated($"{Cluster.NameOf(guest.Machine)} stopped on {guest.Host.Name}, although nothing touched it");
        }
    }

    public override void Shot(SimulatedHost by, SimulatedHost target)
    {
        if (Counts)
        {
            Violated($"{by.Name} fences {target.Name}, although nothing touched it");
        }
    }

    public override void WentDown(SimulatedHost host)
    {
        if (Counts)
        {
            Violated($"{host.Name} went down, although nothing touched it");
        }
    }
}
