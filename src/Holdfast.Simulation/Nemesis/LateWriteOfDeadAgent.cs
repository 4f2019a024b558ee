using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>An agent is killed with a write of its ballot area in flight, which lands seconds later; its successor has much to commit at once.</summary>
internal sealed class LateWriteOfDeadAgent(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    private const int Orders = 4;

    public override string Name => "late write of a killed agent";

    public override bool Writes(SimulatedHost host, BallotRecord record)
    {
        host.WriteHangs += 1;
        Time.After(TimeSpan.Zero, () =>
        {
            host.WriteHangs -= 1;
            host.KillAgent(Dice.Seconds(0.05, 0.2));
        });
        for (var order = 1; order <= Orders; order++)
        {
            Time.After(Dice.Seconds(0.4, 3), () => OrderSomething(host));
        }

        return true;
    }
}
