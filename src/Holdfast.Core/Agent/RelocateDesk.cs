using Holdfast.Core.Leases;
using Holdfast.Core.Migration;

namespace Holdfast.Core.Agent;

/// <summary>Orders to take a machine to another host shut down.</summary>
internal sealed class RelocateDesk(AgentContext context, MoveTargets targets)
{
    private readonly List<Relocation> open = [];

    public void Given(long order, RelocateMachine what, MachineEntry entry)
    {
        var name = context.NameOf(what.Machine);
        if (Refusal(what, entry) is { } why)
        {
            End(order, $"{name} cannot be relocated{why}");
            return;
        }

        var machine = context.Local[what.Machine];
        Relocation? relocation = null;
        relocation = new Relocation(context, targets, machine, what.Target, what.Patience, refusal =>
        {
            open.Remove(relocation!);
            End(order, refusal);
        });
        open.Add(relocation);
        relocation.Begin();
    }

    public void Look()
    {
        foreach (var relocation in open.ToArray())
        {
            relocation.Look();
        }
    }

    private string? Refusal(RelocateMachine what, MachineEntry entry)
    {
        if (MoveTargets.WhyNotNow(context, what.Machine, entry) is { } stays)
        {
            return $" now: {stays}";
        }

        var machine = context.Local[what.Machine];
        return entry.Wanted == WantedState.Stop ? " now: it is being shut down"
            : what.Target is { } asked ? targets.Refusal(machine, asked, live: false) is { } why ? $" to {context.Settings.NameOf(asked)}: {why}" : null
            : targets.Best(machine, live: false) is null ? $": {targets.WhyNowhere(machine, live: false)}"
            : null;
    }

    private void End(long order, string? refusal) => context.Out.Emit(new OrderEnded(order, refusal));
}
