using Holdfast.Core.Agent;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>
/// Messages between agents over any network that works, with the real port's limits: the same message goes over another network when one does
/// not answer, so it may arrive twice, and may have arrived although it is reported as not taken.
/// </summary>
internal sealed class SimulatedPeers(AgentProcess agent) : IPeerPort
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(350);

    public Action<PeerMessage>? Received { get; set; }

    public void Send(int toSlot, PeerMessage message, Action<string?> done)
    {
        agent.MayDie();
        if (message is IsGone word)
        {
            agent.Host.Cluster.GaveWord(agent.Host, word);
        }

        Try(agent.Host.Cluster.Hosts[toSlot], message, done, 0, agent.Host.Cluster.Timeline.Now);
    }

    public void Measure(int toSlot, string network, Action<double?, string?> done)
    {
        agent.MayDie();
        var (cluster, here) = (agent.Host.Cluster, agent.Host.Index);
        var way = cluster.Network(network);
        cluster.Timeline.After(cluster.Dice.Seconds(0.2, 1), agent.Scope, () =>
        {
            var passes = !way.Between(here, toSlot).IsCut && !way.Between(toSlot, here).IsCut && cluster.Hosts[toSlot].Agent is not null;
            done(passes ? 100 : null, passes ? null : "nothing was acknowledged within 2 s");
        });
    }

    private void Try(SimulatedHost target, PeerMessage message, Action<string?> done, int attempt, TimeSpan began)
    {
        var cluster = agent.Host.Cluster;
        var time = cluster.Timeline;
        if (time.Now - began >= Limit)
        {
            done($"the agent on {target.Name} did not take the message within 1 s over any network");
            return;
        }

        var network = cluster.Networks[attempt % cluster.Networks.Length];
        var (there, back) = (network.Between(agent.Host.Index, target.Index), network.Between(target.Index, agent.Host.Index));
        var answered = false;
        if (there.Passes(cluster.Dice))
        {
            var way = cluster.Dice.Milliseconds(0.1, 0.8) + (there.ExtraDelay * cluster.Dice.Fraction());
            time.After(way, target.Life, () =>
            {
                if (target.Agent is not { Scope.Ended: false } receiver)
                {
                    return;
                }

                time.After(TimeSpan.Zero, receiver.Scope, () => receiver.Take(new PeerSaid(message)));
                if (back.Passes(cluster.Dice))
                {
                    time.After(way, agent.Scope, () =>
                    {
                        if (!answered)
                        {
                            answered = true;
                            done(null);
                        }
                    });
                }
            });
        }

        time.After(Patience, agent.Scope, () =>
        {
            if (!answered)
            {
                answered = true;
                Try(target, message, done, attempt + 1, began);
            }
        });
    }
}
