using System.Collections.Immutable;
using Holdfast.Core.Model;

namespace Holdfast.Runtime.Ports;

/// <summary>The machines' folders on a datastore: <c>PATH/machines/NAME/machine.json</c>.</summary>
public interface IDefinitionStore
{
    /// <summary>Read all definitions. <paramref name="done"/> exactly once within a limit: the definitions, or why they could not be read.</summary>
    void Load(string datastore, string path, Action<ImmutableArray<MachineDefinition>, string?> done);
}
