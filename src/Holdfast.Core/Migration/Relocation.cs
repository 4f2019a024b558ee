using Holdfast.Core.Agent;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>
/// One machine that goes to another host shut down: its guest is asked to shut down here, and when the machine is gone it is given to the target in one commit, which starts it. It is wanted
/// all that time and always somebody's: whatever fails, and whenever this agent dies, its owner in the table runs it.
/// </summary>
/// <param name="asked">The target; null: the best host at the moment at which it can go.</param>
/// <param name="patience">The guest has this long to shut down. It is never killed for this.</param>
/// <param name="ended">Null: another host owns it.</param>
internal sealed class Relocation(AgentContext context, MoveTargets targets, LocalMachine machine, int? asked, TimeSpan patience, Action<string?> ended)
{
    /// <summary>For what follows the guest's end: writes that may still land, and a commit.</summary>
    private static readonly TimeSpan HandOnLimit = TimeSpan.FromSeconds(60);
    private readonly Moment began = context.Now;
    private int taker;

    private string Name => context.NameOf(machine.Id);

    private string Host => context.Settings.Host;

    public void Begin()
    {
        machine.Relocating = this;
        context.Say(
            "relocating", $"{Name} is shut down on {Host} to be started on {(asked is { } slot ? context.Settings.NameOf(slot) : "another host")} (by order)", machine.Id, Host, machine.Area.Name);
    }

    public void Look()
    {
        var age = context.Now - began;
        if (machine.Entry is not { } entry || !entry.IsHeldBy(machine.Area.Life))
        {
            End($"{Host} does not own it any more");
        }
        else if (entry.Wanted == WantedState.Stop)
        {
            End("it was stopped meanwhile");
        }
        else if (machine.HasProcess && age > patience)
        {
            End($"its guest has not shut down within {patience.TotalSeconds:0} s, and it stays on {Host} (if it still shuts down, it is started there again); 'holdfast vm migrate {Name}' moves it live");
        }
        else if (age > patience + HandOnLimit)
        {
            End($"it could not be given to another host in time, and is started on {Host} again");
        }
    }

    /// <summary>The machine is gone here: who gets it. Null: nobody any more, and it is started here again.</summary>
    public HostLife? Taker()
    {
        var refusal = asked is { } slot ? targets.Refusal(machine, slot, live: false) : null;
        if (refusal is null && (asked ?? targets.Best(machine, live: false)) is { } chosen && machine.Area.Table.Host(new Slot(chosen)) is { } host)
        {
            taker = chosen;
            return host.Life;
        }

        End($"{refusal ?? targets.WhyNowhere(machine, live: false)}, so it is started on {Host} again");
        return null;
    }

    public void HandedOn(CommandOutcome outcome)
    {
        if (outcome is CommandOutcome.Refused refused)
        {
            End($"{refused.Sentence.TrimEnd('.')}; it is started on {Host} again if it is still here");
            return;
        }

        machine.Relocating = null;
        context.Say("relocated", $"{Name} was shut down on {Host} and given to {context.Settings.NameOf(taker)}, which starts it", machine.Id, Host, machine.Area.Name);
        ended(null);
    }

    private void End(string why)
    {
        if (machine.Relocating != this)
        {
            return;
        }

        machine.Relocating = null;
        var sentence = $"{Name} was not relocated: {why}";
        context.Say("kept", sentence, machine.Id, Host, machine.Area.Name);
        ended(sentence);
    }
}
