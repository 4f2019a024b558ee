using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Simulation.World;

namespace Holdfast.Simulation.Checkers;

/// <summary>
/// Once the faults are over no state is without an exit: every host is ready on every store and takes
/// all others for alive, every machine runs or is stopped, no move and no fencing is open, every order has ended.
/// </summary>
internal sealed class NothingLeftHalfDone(SimulatedCluster cluster) : Checker(cluster)
{
    public override string Name => "nothing-left-half-done";

    public override void Finally()
    {
        foreach (var host in Cluster.Hosts)
        {
            if (host.Agent is not { } agent)
            {
                Violated($"{host.Name} has no agent");
                continue;
            }

            LookAt(host, agent.Core.Snapshot());

            if (agent.OpenOrders > 0)
            {
                Violated($"{agent.OpenOrders} orders at {host.Name} have not ended");
            }

            foreach (var (name, table) in agent.Core.Tables)
            {
                LookAt(host, name, table);
            }
        }
    }

    private void LookAt(SimulatedHost host, HostSnapshot snapshot)
    {
        foreach (var store in snapshot.Datastores.Where(d => d.State != "ready"))
        {
            Violated($"{host.Name} is {store.State} on {store.Name}: {store.Reason}");
        }

        foreach (var peer in snapshot.Hosts.Where(p => p.State != "alive"))
        {
            Violated($"{host.Name} takes {peer.Name} for {peer.State}");
        }

        foreach (var move in snapshot.Moves.Where(m => m.State == "moving"))
        {
            Violated($"{host.Name} still moves {Cluster.NameOf(move.Machine)}");
        }

        foreach (var machine in snapshot.Machines.Where(m => m.Local && m.State is not ("running" or "stopped")))
        {
            Violated($"{machine.Name} is {machine.State} on {host.Name}: {machine.Reason}");
        }
    }

    private void LookAt(SimulatedHost host, string store, LeaseTable table)
    {
        foreach (var moving in table.Machines.Values.Where(m => m.State == LeaseState.Moving))
        {
            Violated($"{Cluster.NameOf(moving.Machine.Value)} is still moving in {host.Name}'s table of {store}");
        }

        foreach (var fencing in table.Hosts.Values.Where(h => h.Fencing is not null))
        {
            Violated($"{fencing.Name} is still under an open fencing in {host.Name}'s table of {store}");
        }
    }
}
