using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>An agent is killed when the value that it has accepted is, or is about to be, on the store, and before it knows whether it was chosen; a hand-over's, if one comes.</summary>
internal sealed class AgentDiesWithItsCommit(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    private bool onlyHandOver;

    public override string Name => "agent killed with its commit under way";

    public override bool Writes(SimulatedHost host, BallotRecord record)
    {
        if (!Accepts(record) || (onlyHandOver && GivenIn(record) is null))
        {
            return false;
        }

        Time.After(Dice.Milliseconds(0, 1.5), () => host.KillAgent(Dice.Seconds(0.1, 1)));
        return true;
    }

    protected override void Begin() => onlyHandOver = Dice.Chance(0.7);
}
