using System.Collections.Immutable;
using Holdfast.Core.Agent;

namespace Holdfast.Core.Migration;

/// <summary>The migrations away from this host: those under way, and the last ones that have ended.</summary>
internal sealed class MoveDesk(AgentContext context, MoveTargets targets)
{
    private const int MostRemembered = 50;
    private readonly List<MoveErrand> errands = [];
    private MoveTurns? turns;

    public ImmutableArray<MoveView> Views => [.. errands.Select(e => e.View)];

    public MoveTurns Turns => turns ??= new(context, () => errands.Where(e => e.IsUnderWay).Select(e => (e.Machine, e.Target)));

    public void Begin(LocalMachine machine, MoveWish wish, Action<string?> ended)
    {
        foreach (var former in errands.Where(e => e.Machine == machine.Id).ToArray())
        {
            former.CancelWaiting("another order was given for it");
        }

        var errand = new MoveErrand(context, machine, wish, targets, Turns, ended);
        errands.Add(errand);
        errand.Begin();
    }

    /// <summary>A word from a move's target. False: no move from here has this id.</summary>
    public bool Said(MoveMessage message) => errands.Any(e => e.Said(message));

    /// <summary>Ends a migration that waits for its next try. False: none of this machine does.</summary>
    public bool CancelWaiting(Guid machine) => errands.Any(e => e.Machine == machine && e.CancelWaiting("cancelled by order"));

    public void Look()
    {
        while (errands.Count > MostRemembered && errands[0].IsOver)
        {
            errands.RemoveAt(0);
        }

        Turns.Look();

        // By number: the end of one may begin another one.
        for (var i = 0; i < errands.Count; i++)
        {
            errands[i].Look();
        }

        context.Situation.AwaitsTurn = Turns.Awaits;
    }
}
