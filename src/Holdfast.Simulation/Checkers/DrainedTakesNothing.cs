using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>
/// A host that is being drained claims no machine, and none is taken from the dead for it. What was proposed before that may still be chosen, however late, as may
/// a machine come whose move there had begun.
/// </summary>
internal sealed class DrainedTakesNothing(SimulatedCluster cluster) : TableHistory(cluster)
{
    /// <summary>A slot's word is as old as <c>suspect</c> at most, and a commit that was asked for by it waits for the store.</summary>
    private static readonly TimeSpan KnownBy = TimeSpan.FromSeconds(10);

    /// <summary>When each new entry was first written into a ballot area: another host may find it there and have it chosen long after its proposer's end.</summary>
    private readonly Dictionary<MachineEntry, TimeSpan> proposed = [];

    /// <summary>When each machine was last seen not to be wanted. Such a one is taken from the dead by any host, only to be let go, and may be wanted by the time that this is chosen.</summary>
    private readonly Dictionary<MachineId, TimeSpan> unwanted = [];

    public override string Name => "drained-takes-nothing";

    public override void Written(SimulatedHost host, string store, BallotRecord record)
    {
        foreach (var entry in record.AcceptedTable is { } table ? table.Machines.Values.Where(m => m.Epoch.Value == table.Version) : [])
        {
            proposed.TryAdd(entry, Now);
        }
    }

    protected override void Changed(MachineEntry old, MachineEntry entry)
    {
        if (old.Wanted == WantedState.Stop)
        {
            unwanted[old.Machine] = Now;
        }

        if (entry is { Wanted: WantedState.Run, Owner: { } taker } && old.Owner?.Slot != taker.Slot && entry.GivenFrom != old.Epoch &&
            Cluster.Hosts[taker.Slot.Value] is { DrainedSince: { } since } host && proposed.GetValueOrDefault(entry, Now) - since > KnownBy && !(old.Owner is not null && WasUnwanted(entry.Machine)) && !MayHaveForgotten(host) && !WasCutOff(host, since) && !Waited(host, since) &&
            !(old.Owner is { } giver && Waited(Cluster.Hosts[giver.Slot.Value], since)))
        {
            Violated($"{Cluster.NameOf(entry.Machine.Value)} came to {host.Name} in epoch {entry.Epoch}, which has been drained for {(Now - since).TotalSeconds:0} s");
        }
    }

    private bool WasUnwanted(MachineId machine) => unwanted.TryGetValue(machine, out var at) && Now - at < KnownBy;

    /// <summary>It has not renewed since then: what it had asked for before waits for the store, and is written when that is back.</summary>
    private static bool WasCutOff(SimulatedHost host, TimeSpan since) => host.LastRenewed < since;

    /// <summary>Its ballot area could not be written then, and can be again: what it, or the machine's former owner, had asked for before is chosen now.</summary>
    private bool Waited(SimulatedHost host, TimeSpan since) => host.LastBallotDelay.From - since < KnownBy && Now - host.LastBallotDelay.To < KnownBy;

    /// <summary>A new guard's slot says nothing of it until the agent has told it again.</summary>
    private bool MayHaveForgotten(SimulatedHost host) => host.GuardKilledAt is { } killed && Now - killed < KnownBy;
}
