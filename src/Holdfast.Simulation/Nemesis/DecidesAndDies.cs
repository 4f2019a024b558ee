using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>A host has decided a version, acts on it, and loses its power in the instant in which it tells the others: whole, torn, late or not at all.</summary>
internal sealed class DecidesAndDies(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    private readonly Dictionary<int, ulong> accepted = [];

    public override string Name => "host crash at the instant of a decision";

    public override bool Writes(SimulatedHost host, BallotRecord record)
    {
        if (Accepts(record))
        {
            accepted[host.Index] = record.AcceptedTable!.Version;
            return false;
        }

        if (accepted.GetValueOrDefault(host.Index) != record.Chosen.Version)
        {
            return false;
        }

        Time.After(TimeSpan.Zero, () =>
        {
            host.Crash("power lost");
            host.PowerOnAfter(Dice.Seconds(0.1, 3));
        });
        return true;
    }

    protected override void Begin() => accepted.Clear();
}
