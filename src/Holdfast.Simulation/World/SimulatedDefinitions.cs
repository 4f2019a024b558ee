using System.Collections.Immutable;
using Holdfast.Core.Model;
using Holdfast.Runtime.Ports;

namespace Holdfast.Simulation.World;

internal sealed class SimulatedDefinitions(AgentProcess agent) : IDefinitionStore
{
    public void Load(string datastore, string path, Action<ImmutableArray<MachineDefinition>, string?> done)
    {
        agent.MayDie();
        var store = agent.Host.Cluster.Store(datastore);
        store.Read(agent.Host, agent.Scope, () => store.Definitions.Values.ToArray(), found => done(found is null ? default : [.. found], found is null ? "Input/output error" : null));
    }
}
