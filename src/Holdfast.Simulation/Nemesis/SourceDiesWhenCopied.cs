using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The source of a move loses its power in the instant in which the copy on the target is complete; often its guest has run on before that.</summary>
internal sealed class SourceDiesWhenCopied(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    public override string Name => "source dies when its copy is complete";

    public override bool Copied(MigrationJob job)
    {
        if (Dice.Chance(0.7))
        {
            job.Source.RunCpus();
        }

        var host = job.Source.Host;
        Time.After(Dice.Milliseconds(0.1, 3), () =>
        {
            host.Crash("power lost");
            host.PowerOnAfter(Dice.Seconds(20, 90));
        });
        return true;
    }
}
