using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

/// <summary>The fence agents' programs on one host; the devices themselves are the hosts' own.</summary>
internal sealed class SimulatedFence(AgentProcess agent) : IFencePort
{
    public void Off(string host, int level, Action<string?> done)
    {
        agent.MayDie();
        var cluster = agent.Host.Cluster;
        var target = cluster.Hosts.First(h => h.Name == host);
        cluster.Shot(agent.Host, target);
        target.FenceDevice.Off(agent.Scope, done);
    }

    public void Test(string host, int level, Action<string?> done)
    {
        agent.MayDie();
        agent.Host.Cluster.Hosts.First(h => h.Name == host).FenceDevice.Test(agent.Scope, done);
    }
}
