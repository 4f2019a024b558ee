using Holdfast.Adapters.Etcd;
using Holdfast.Core.Model;

namespace Holdfast.Daemon.Hosting;

/// <summary>Tells the agent of definitions that etcd shows changed: the agent itself reads a machine's folder once.</summary>
internal sealed class DefinitionBook(Action<MachineDefinition> tell)
{
    private readonly Lock changing = new();
    private Dictionary<Guid, IntentMachine> told = [];

    public void Tell(IReadOnlyDictionary<Guid, IntentMachine> machines)
    {
        lock (changing)
        {
            foreach (var (id, machine) in machines)
            {
                if (!ReferenceEquals(told.GetValueOrDefault(id), machine))
                {
                    tell(machine.Definition);
                }
            }

            told = machines.ToDictionary();
        }
    }
}
