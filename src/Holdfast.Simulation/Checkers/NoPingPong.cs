using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>
/// No machine is handed to and fro: not moved back within five minutes to where it came from, unless somebody ordered that, drains its host, or its host has lost its guest network, and not
/// claimed and let go again by host after host.
/// </summary>
internal sealed class NoPingPong(SimulatedCluster cluster) : TableHistory(cluster)
{
    /// <summary>Each of 5 hosts may claim and let go three times a minute: a host without room waits 5 s, one that fails to start a machine a minute.</summary>
    private const int MostClaims = 60;
    private static readonly TimeSpan Back = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private readonly Dictionary<Guid, (int From, int To, TimeSpan At)> gifts = [];
    private readonly Dictionary<Guid, Queue<TimeSpan>> claims = [];

    public override string Name => "no-ping-pong";

    public override void Ordered(SimulatedHost host, AgentOrder order)
    {
        if (order is MoveMachine move)
        {
            gifts.Remove(move.Machine);
        }
    }

    /// <summary>Its host is being drained, or has lost its guest network (row 10 of the isolation table): that is a reason, wherever it came from.</summary>
    public override void Decided(SimulatedHost host, Decision decision)
    {
        if (decision is { Kind: "evacuating" or "draining", Machine: { } machine })
        {
            gifts.Remove(machine);
        }
    }

    protected override void Changed(MachineEntry old, MachineEntry entry)
    {
        if (entry.GivenFrom == old.Epoch && old.Owner is { } giver && entry.Owner is { } taker && giver.Slot != taker.Slot)
        {
            Given(entry.Machine.Value, giver.Slot.Value, taker.Slot.Value);
        }
        else if (old.State == LeaseState.Free && entry.State == LeaseState.Held)
        {
            Claimed(entry.Machine.Value);
        }
    }

    private void Given(Guid machine, int from, int to)
    {
        if (gifts.TryGetValue(machine, out var last) && (last.From, last.To) == (to, from) && Now - last.At < Back)
        {
            Violated($"{Cluster.NameOf(machine)} went from {Cluster.HostNames[to]} to {Cluster.HostNames[from]} and {(Now - last.At).TotalSeconds:0} s later back, and nobody ordered it");
        }

        gifts[machine] = (from, to, Now);
    }

    private void Claimed(Guid machine)
    {
        // It is started anew: whatever moves now is no machine that was handed to its host a moment ago.
        gifts.Remove(machine);
        if (!claims.TryGetValue(machine, out var last))
        {
            claims[machine] = last = new();
        }

        last.Enqueue(Now);
        while (Now - last.Peek() > Window)
        {
            last.Dequeue();
        }

        if (last.Count > MostClaims)
        {
            Violated($"{Cluster.NameOf(machine)} was claimed {last.Count} times within a minute");
        }
    }
}
