using Holdfast.Core.Model;

namespace Holdfast.Core.Agent;

/// <summary>
/// Row 6 of the isolation table: this host is cut off and its machines from their network, which others have, and the storage works. A machine whose policy is
/// <see cref="IsolationResponse.Release"/> is shut down and its right given back, so that another host runs it where it is reached. Each look starts anew from
/// the row that holds: once it is another, nothing more is stopped.
/// </summary>
internal sealed class ReleaseDesk(AgentContext context)
{
    private bool releases;

    public void Look()
    {
        var row = context.Situation.Row.Releases && context.Situation.Held >= context.Plan.Hold + EvacuationDesk.ConditionsAge;
        if (!row && !releases)
        {
            return;
        }

        releases = row;
        foreach (var machine in context.LocalInOrder)
        {
            machine.LetGo(row && context.Definitions.TryGetValue(machine.Id, out var definition) && definition.OnIsolation == IsolationResponse.Release);
        }
    }
}
