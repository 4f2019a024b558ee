using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>
/// Misfortune with the worst timing: once drawn it lies in wait, and strikes in the very instant in which what it waits for happens in the world, once. The
/// orders that it gives are those of people who happen to come at that moment.
/// </summary>
internal abstract class Ambush(SimulatedCluster cluster, Dice dice) : OperatorFault(cluster, dice)
{
    public sealed override TimeSpan Lasts() => Dice.Seconds(10, 60);

    public sealed override Action? Strike()
    {
        Where = "lies in wait";
        Begin();
        Cluster.Ambushes.Add(this);
        return () =>
        {
            Cluster.Ambushes.Remove(this);
            End();
        };
    }

    /// <summary>A host begins to write this into its ballot area. True: it struck.</summary>
    public virtual bool Writes(SimulatedHost host, BallotRecord record) => false;

    /// <summary>An agent acts on this version of a lease table from now on. True: it struck.</summary>
    public virtual bool Sees(SimulatedHost host, LeaseTable table) => false;

    /// <summary>A copy is complete on its target. True: it struck.</summary>
    public virtual bool Copied(MigrationJob job) => false;

    /// <summary>A host's libvirt is asked to make a process that is to run here from the beginning. True: it struck.</summary>
    public virtual bool Creates(SimulatedHost host) => false;

    /// <summary>What it waits for is drawn here.</summary>
    protected virtual void Begin()
    {
    }

    /// <summary>What it changed is changed back here.</summary>
    protected virtual void End()
    {
    }

    /// <summary>This record accepts a value of the host's own ballot.</summary>
    protected static bool Accepts(BallotRecord record) => record.AcceptedTable is not null && record.Accepted == record.Promise;

    /// <summary>The machine that this record, once chosen, gives to the target of its move.</summary>
    protected static MachineEntry? GivenIn(BallotRecord record) => Accepts(record) ? Given(record.Chosen, record.AcceptedTable!) : null;

    protected static MachineEntry? Given(LeaseTable before, LeaseTable after) =>
        after.Machines.Values.FirstOrDefault(m => m.State == LeaseState.Held && before.Machine(m.Machine) is { State: LeaseState.Moving } old && m.GivenFrom == old.Epoch && m.Owner == old.Target);

    /// <summary>Something that needs a commit and changes nothing.</summary>
    protected void OrderSomething(SimulatedHost host)
    {
        if (AnyMachine() is { } found)
        {
            Order(host, new Core.Agent.WantMachine(found.Entry.Machine.Value, found.Entry.Wanted == WantedState.Run));
        }
    }
}
