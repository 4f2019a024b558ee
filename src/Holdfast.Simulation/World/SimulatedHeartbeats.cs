using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>Datagrams: lost, late, doubled and out of order as the link has it.</summary>
internal sealed class SimulatedHeartbeats(AgentProcess agent) : IHeartbeatPort
{
    public Action<Heartbeat, Moment>? Heard { get; set; }

    public void Send(int toSlot, Heartbeat heartbeat)
    {
        agent.MayDie();
        var cluster = agent.Host.Cluster;
        var link = cluster.Network(heartbeat.Network).Between(agent.Host.Index, toSlot);
        if (!link.Passes(cluster.Dice))
        {
            return;
        }

        Deliver(agent.Host, link, toSlot, heartbeat);
        if (link.DoubledPercent > 0 && cluster.Dice.Chance(link.DoubledPercent / 100.0))
        {
            Deliver(agent.Host, link, toSlot, heartbeat);
        }
    }

    public Action<MtuProbe>? Probed { get; set; }

    public void Probe(int toSlot, MtuProbe probe)
    {
        agent.MayDie();
        var cluster = agent.Host.Cluster;
        var link = cluster.Network(probe.Network).Between(agent.Host.Index, toSlot);
        if (probe.Bytes <= link.LargestPacket && link.Passes(cluster.Dice))
        {
            var target = cluster.Hosts[toSlot];
            cluster.Timeline.After(cluster.Dice.Milliseconds(0.05, 0.4), target.Life, () => target.Agent?.Take(new ProbeHeard(probe)));
        }
    }

    private static void Deliver(SimulatedHost from, Link link, int toSlot, Heartbeat heartbeat)
    {
        var cluster = from.Cluster;
        var target = cluster.Hosts[toSlot];
        var way = cluster.Dice.Milliseconds(0.05, 0.4) + (link.ExtraDelay * cluster.Dice.Fraction());
        cluster.Timeline.After(way, target.Life, () =>
        {
            if (target.Agent is { } hearer)
            {
                from.WasSeen();
                hearer.Take(new HeartbeatHeard(heartbeat, target.Clock.Now));
            }
        });
    }
}
