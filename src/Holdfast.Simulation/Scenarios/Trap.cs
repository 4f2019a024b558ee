using Holdfast.Core.Leases;
using Holdfast.Simulation.Nemesis;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Scenarios;

/// <summary>What a story has happen in an instant of a hand-over that no time of its script can name, once.</summary>
/// <param name="victim">The host that it happens to.</param>
internal abstract class Trap(SimulatedCluster cluster, SimulatedHost victim) : Ambush(cluster, cluster.Dice)
{
    protected SimulatedHost Victim => victim;
}

/// <summary>The victim's agent is killed a millisecond after the copy of a machine that moves there is complete: before libvirt's Finish has returned.</summary>
internal sealed class AgentDiesWithItsCopy(SimulatedCluster cluster, SimulatedHost victim, TimeSpan restartAfter) : Trap(cluster, victim)
{
    public override string Name => $"agent of {Victim.Name} killed when its copy is complete";

    public override bool Copied(MigrationJob job)
    {
        if (job.Target!.Host != Victim)
        {
            return false;
        }

        Time.After(TimeSpan.FromMilliseconds(1), () => Victim.KillAgent(restartAfter));
        return true;
    }
}

/// <summary>The victim loses its power for good when the hand-over of a machine that it moves away is accepted on the store, and nobody has been told.</summary>
internal sealed class SourceDiesWithItsCommit(SimulatedCluster cluster, SimulatedHost victim) : Trap(cluster, victim)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMicroseconds(20);

    public override string Name => $"{Victim.Name} dies with its commit accepted";

    public override bool Writes(SimulatedHost host, BallotRecord record)
    {
        if (host != Victim || GivenIn(record) is null)
        {
            return false;
        }

        CrashWhenLanded(record.Sequence);
        return true;
    }

    private void CrashWhenLanded(ulong sequence)
    {
        if (Cluster.Stores[0].Ballot(Victim.Index).Read(0)?.Sequence == sequence)
        {
            Victim.Crash("power lost");
            return;
        }

        Time.After(Glance, () => CrashWhenLanded(sequence));
    }
}
