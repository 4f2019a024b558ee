using Holdfast.Core.Guarding;
using Holdfast.Core.Migration;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// Orders to end a move away from this host. The move undoes itself as after any failure; what is added here is that the order ends only when the machine is
/// seen running again, so that nobody is told "cancelled" of one that stands still.
/// </summary>
internal sealed class CancelDesk(AgentContext context, MoveDesk moves)
{
    /// <summary>A copy that was kept goes on within milliseconds; one whose right has expired meanwhile waits for its storage.</summary>
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(10);
    private readonly List<(long Order, Guid Machine, Moment? Until)> open = [];

    public void Given(long order, Guid machine)
    {
        if (moves.CancelWaiting(machine))
        {
            open.Add((order, machine, null));
        }
        else if (context.Local.GetValueOrDefault(machine)?.Leaving is not { } move)
        {
            End(order, $"{context.NameOf(machine)} is not being moved away from {context.Settings.Host}, so there is no migration to cancel");
        }
        else if (move.CancelByOrder() is { } late)
        {
            End(order, late);
        }
        else
        {
            open.Add((order, machine, null));
        }
    }

    public void Look()
    {
        for (var i = open.Count - 1; i >= 0; i--)
        {
            var (order, machine, until) = open[i];
            if (context.Local.GetValueOrDefault(machine) is { Leaving: not null })
            {
                continue;
            }

            open[i] = (order, machine, until ?? context.Now + RunLimit);
            if (Runs(machine) || context.Now > open[i].Until)
            {
                open.RemoveAt(i);
                End(order, Runs(machine) ? null : WhyNot(machine));
            }
        }
    }

    private bool Runs(Guid machine) =>
        context.Local.GetValueOrDefault(machine) is { Phase: LocalPhase.Running, Area.State: AreaState.Ready } && context.Guarded(machine) is not { State: not (GuardedState.Absent or GuardedState.Free) };

    private string WhyNot(Guid machine)
    {
        var (name, reason) = (context.NameOf(machine), context.Local.GetValueOrDefault(machine)?.Reason ?? "");
        return $"the migration of {name} was ended, but {name} does not run on {context.Settings.Host} now{(reason.Length > 0 ? $": {reason}" : "")}; see 'holdfast explain {name}'";
    }

    private void End(long order, string? refusal) => context.Out.Emit(new OrderEnded(order, refusal));
}
