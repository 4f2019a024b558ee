using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>An entry becomes Free, or is given on without a move, only when no process of the machine that has ever executed is left on its owner.</summary>
internal sealed class FreeOnlyWhenGone(SimulatedCluster cluster) : TableHistory(cluster)
{
    public override string Name => "free-only-when-gone";

    public override void Decided(SimulatedHost host, Decision decision)
    {
        if (decision is { Kind: "relocated", Machine: { } machine } && Left(host, machine) is { } left)
        {
            Violated($"{Cluster.NameOf(machine)} was given on by {host.Name}, and its process {left.Pid} is still there{(left.Executing ? " and executes" : "")}");
        }
    }

    protected override void Changed(MachineEntry old, MachineEntry entry)
    {
        if (old.Owner is { } before && entry.State == LeaseState.Free &&
            Left(Cluster.Hosts[before.Slot.Value], entry.Machine.Value) is { } left)
        {
            Violated($"{Cluster.NameOf(entry.Machine.Value)} is free since epoch {entry.Epoch}, and its process {left.Pid} is still on {left.Host.Name}{(left.Executing ? " and executes" : "")}");
        }
    }

    private static Guest? Left(SimulatedHost host, Guid machine) => host.Guests.FirstOrDefault(g => g.Machine == machine && g.Alive && g.Era > 0);
}
