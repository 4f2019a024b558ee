using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Nemesis;

/// <summary>
/// A process that was given away does not die, its machine's new host loses its power soon, and when the machine has come back to the host where the old process
/// still lingers, the agent there is killed.
/// </summary>
internal sealed class SourceLingers(SimulatedCluster cluster, Dice dice) : Ambush(cluster, dice)
{
    private readonly Dictionary<ulong, LeaseTable> versions = [];
    private SimulatedHost? source;
    private MachineId machine;

    public override string Name => "given process lingers";

    public override bool Sees(SimulatedHost host, LeaseTable table)
    {
        if (source is { } giver)
        {
            return ComesBack(giver, table);
        }

        versions[table.Version] = table;
        if (versions.GetValueOrDefault(table.Version - 1) is { } before && Given(before, table) is { Owner: { } taker } given)
        {
            (source, machine) = (Cluster.Hosts[before.Machine(given.Machine)!.Owner!.Value.Slot.Value], given.Machine);
            source.SlowKills += 1;
            var target = Cluster.Hosts[taker.Slot.Value];
            Time.After(Dice.Seconds(0.05, 0.5), () =>
            {
                target.Crash("power lost");
                target.PowerOnAfter(Dice.Seconds(20, 90));
            });
        }

        return false;
    }

    protected override void Begin()
    {
        versions.Clear();
        source = null;
    }

    protected override void End()
    {
        if (source is { } giver)
        {
            giver.SlowKills -= 1;
            source = null;
        }
    }

    private bool ComesBack(SimulatedHost giver, LeaseTable table)
    {
        if (table.Machine(machine) is not { State: LeaseState.Held, Owner: { } owner } || owner.Slot.Value != giver.Index || giver.Guests.All(g => g.Machine != machine.Value))
        {
            return false;
        }

        Time.After(Dice.Milliseconds(0, 50), () => giver.KillAgent(Dice.Seconds(0.05, 0.3)));
        return true;
    }
}
