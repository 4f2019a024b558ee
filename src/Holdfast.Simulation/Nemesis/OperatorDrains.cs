using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody drains a host, whatever the cluster suffers just then, and later has it take machines again; several hosts may be drained at once, even all.</summary>
internal sealed class OperatorDrains(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(5);

    public override string Name => "host drained by order";

    public override TimeSpan Lasts() => Dice.Seconds(5, 120);

    public override Action? Strike()
    {
        if (AnyHost() is not { } host)
        {
            return null;
        }

        host.Drain(true, "an operator: a new kernel");
        return () => Resume(host);
    }

    /// <summary>A host whose agent does not take it now is asked again: the wish is on its own disk, and nobody else can take it back.</summary>
    private void Resume(SimulatedHost host)
    {
        if (host.DrainedBy is not null)
        {
            host.Drain(false, "an operator: it is done");
            Time.After(AskAgain, () => Resume(host));
        }
    }
}
