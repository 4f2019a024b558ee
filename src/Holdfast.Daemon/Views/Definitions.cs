using Holdfast.Adapters.Etcd;
using Holdfast.Core.Agent;
using Holdfast.Core.Model;

namespace Holdfast.Daemon.Views;

internal static class Definitions
{
    /// <summary>Etcd's word first: what the agent has read from a machine's folder is older after a change.</summary>
    public static MachineDefinition? DefinitionOf(this IntentView intent, MachineView machine) => intent.Machines.GetValueOrDefault(machine.Id)?.Definition ?? machine.Definition;
}
