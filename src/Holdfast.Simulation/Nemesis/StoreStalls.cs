using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>The store's server holds every request for a while.</summary>
internal sealed class StoreStalls(SimulatedCluster cluster, Dice dice) : Fault(cluster, dice)
{
    public override string Name => "store stalls";

    public override TimeSpan Lasts() => Dice.Seconds(0.2, 14);

    public override Action? Strike()
    {
        var store = Dice.Any(Cluster.Stores);
        Where = store.Name;
        store.Stall();
        return store.GoOn;
    }
}
