using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Every request takes longer.</summary>
internal sealed class SlowStore(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "slow store";

    public override bool IsHarmless => true;

    public override Action? Strike()
    {
        var store = Dice.Any(Cluster.Stores);
        var delay = Dice.Milliseconds(5, 700);
        Where = store.Name;
        if (store.ExtraDelay > TimeSpan.Zero)
        {
            return null;
        }

        store.ExtraDelay += delay;
        return () => store.ExtraDelay -= delay;
    }
}
