namespace Holdfast.Simulation.World;

/// <summary>Has one machine after the other want more or less of its processor than before.</summary>
internal sealed class LoadWalk(SimulatedCluster cluster, TimeSpan every)
{
    private static readonly double[] Loads = [0.03, 0.3, 0.6, 0.9];
    private readonly Dice dice = new(cluster.Options.Seed ^ 0x10AD);
    private readonly Guid[] machines = [.. cluster.Truths.Select(t => t.Machine)];
    private bool over;

    public void Begin()
    {
        foreach (var machine in machines)
        {
            cluster.SetLoad(machine, dice.Any(Loads));
        }

        Next();
    }

    /// <summary>What is wanted now stays so.</summary>
    public void End() => over = true;

    private void Next() => cluster.Timeline.After(every * dice.Fraction() * 2, () =>
    {
        if (!over)
        {
            cluster.SetLoad(dice.Any(machines), dice.Any(Loads));
            Next();
        }
    });
}
