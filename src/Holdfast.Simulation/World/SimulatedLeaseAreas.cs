using Holdfast.Core.Leases;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

internal sealed class SimulatedLeaseAreas(AgentProcess agent) : ILeaseAreas
{
    private static readonly TimeSpan OpenLimit = TimeSpan.FromSeconds(5);

    public void Open(string path, ClusterId cluster, int slot, Action<ILeaseArea?, string?> done)
    {
        var host = agent.Host;
        var store = host.Cluster.Stores.First(s => s.Path == path);
        var over = false;
        void End(ILeaseArea? area, string? failure)
        {
            if (!over)
            {
                over = true;
                done(area, failure);
            }
        }

        host.Cluster.Timeline.After(OpenLimit, agent.Scope, () => End(null, "the datastore does not answer within 5 s"));
        store.Read(host, agent.Scope, () => store.Header, header =>
        {
            if (header is null)
            {
                End(null, "Input/output error");
            }
            else if (AreaHeader.Decode(header, cluster, out _) is { } fault)
            {
                End(null, fault.Sentence);
            }
            else
            {
                End(new SimulatedLeaseArea(agent, store), null);
            }
        });
    }
}
