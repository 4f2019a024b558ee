using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>Somebody moves a machine, and somebody cancels a migration, that one or another: in the instant in which it is announced, some time later, when its copy is whole, or when its hand-over is being proposed.</summary>
internal sealed class OperatorCancels(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    private Moment moment;

    public override string Name => "migration cancelled by order";

    public override bool Sees(SimulatedHost host, LeaseTable table)
    {
        if (moment is not (Moment.Announced or Moment.Later) ||
            table.Machines.Values.FirstOrDefault(m => m.State == LeaseState.Moving && m.Owner?.Slot.Value == host.Index) is not { } moving)
        {
            return false;
        }

        Time.After(moment == Moment.Later ? Dice.Seconds(0, 2) : TimeSpan.Zero, () => Cancel(host, moving.Machine));
        return true;
    }

    public override bool Copied(MigrationJob job)
    {
        if (moment != Moment.Copied)
        {
            return false;
        }

        Time.After(Dice.Milliseconds(0, 30), () => Cancel(job.Source.Host, new(job.Source.Machine)));
        return true;
    }

    public override bool Writes(SimulatedHost host, BallotRecord record)
    {
        if (moment != Moment.Proposed || GivenIn(record) is not { } given || record.Chosen.Machine(given.Machine)?.Owner is not { } source)
        {
            return false;
        }

        Cancel(Cluster.Hosts[source.Slot.Value], given.Machine);
        return true;
    }

    protected override void Begin()
    {
        moment = (Moment)Dice.Below(4);
        if (AnyMachine() is { } found)
        {
            Order(found.Owner, new MoveMachine(found.Entry.Machine.Value, null, Dice.Id()));
        }
    }

    private void Cancel(SimulatedHost source, MachineId machine) => Order(source, new CancelMigration(machine.Value));

    private enum Moment
    {
        Announced,
        Later,
        Copied,
        Proposed,
    }
}
