using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// Machines leave this host, live and a few at a time, the important ones first, for one of two causes: an administrator drains it, or the guest network is lost
/// here and others provably have it (row 10 of the isolation table). Each look starts anew from the cause that holds: once there is none, no further move begins.
/// </summary>
internal sealed class EvacuationDesk(AgentContext context, MoveDesk moves, MoveTargets targets)
{
    /// <summary>
    /// What a peer says of its guest network may be this old: it measures once a second, and says so with the next beat. Only what it measured after this
    /// host's own loss shows that it is better off.
    /// </summary>
    internal static readonly TimeSpan ConditionsAge = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);
    private readonly HashSet<Guid> moving = [];

    /// <summary>Machines that could not leave at their last try: why, and when that is tried again.</summary>
    private readonly Dictionary<Guid, (Moment Until, string Why)> tried = [];

    /// <summary>Why others go first.</summary>
    private string? waitsFor;

    /// <summary>What is still on this host while it is drained; null: it is not.</summary>
    public DrainView? Drain => context.Situation.Draining is { } by ? new(by, [.. Remaining().OrderBy(m => m.Name, StringComparer.Ordinal)]) : null;

    public void Look()
    {
        waitsFor = null;
        if (Present() is not { } cause)
        {
            tried.Clear();
            return;
        }

        foreach (var machine in context.LocalInOrder)
        {
            // Less important ones do not go before one that waits for its turn.
            if (moving.Count >= context.Settings.MovesAtOnce || !Consider(machine, cause))
            {
                return;
            }
        }
    }

    /// <summary>A disarmed host (row 1) gives nothing away, whatever else is wished of it.</summary>
    private Cause? Present()
    {
        var (situation, host) = (context.Situation, context.Settings.Host);
        return situation.Disarmed is not null ? null
            : situation.Draining is { } by
                ? new("draining", WithGuestNetwork: (situation.Flags & HeartbeatFlags.GuestDown) == 0, _ => $"{host} is being drained ({by})", $"{host}, which is being drained")
            : situation.Row.MigratesAway && situation.Held >= context.Plan.Hold + ConditionsAge
                ? new("evacuating", WithGuestNetwork: true, target => $"the guest network of {host} is lost, {target} has it", $"{host} without its guest network")
            : null;
    }

    /// <summary>False: it is to leave, and its turn has not come.</summary>
    private bool Consider(LocalMachine machine, Cause cause)
    {
        if (moving.Contains(machine.Id) || (tried.TryGetValue(machine.Id, out var last) && context.Now < last.Until) ||
            machine.Entry is not { Wanted: WantedState.Run } entry || !OrderDesk.CanLeave(machine, entry))
        {
            return true;
        }

        if (moves.Turns.WhyNotFromHere is { } others)
        {
            return Waits(others);
        }

        if (targets.Best(machine, cause.WithGuestNetwork) is not { } best)
        {
            Stays(machine, cause, targets.WhyNowhere(machine, cause.WithGuestNetwork), last.Why);
            return true;
        }

        var full = moves.Turns.FullTargets;
        if ((full.Contains(best) ? targets.Best(machine, cause.WithGuestNetwork, except: full) : best) is not { } target)
        {
            return Waits(moves.Turns.WhyNotTo(best)!);
        }

        moving.Add(machine.Id);
        var to = context.Settings.NameOf(target);
        context.Say(cause.Kind, $"{context.NameOf(machine.Id)} moves to {to}: {cause.Why(to)}", machine.Id, context.Settings.Host);
        var wish = new MoveWish(context.Ids.Id(), target, IsFree: true) { WithGuestNetwork = cause.WithGuestNetwork, Stands = () => Present()?.Kind == cause.Kind };
        moves.Begin(machine, wish, failure =>
        {
            // A move that failed has said why, and the machine runs on here.
            moving.Remove(machine.Id);
            tried[machine.Id] = (context.Now + RetryAfter, failure ?? "");
        });
        return true;
    }

    private bool Waits(string others)
    {
        waitsFor = others;
        moves.Turns.Wait();
        return false;
    }

    private void Stays(LocalMachine machine, Cause cause, string why, string? before)
    {
        tried[machine.Id] = (context.Now + RetryAfter, why);
        if (why != before)
        {
            context.Say("alarm", $"{context.NameOf(machine.Id)} stays on {cause.Where}: {why}", machine.Id, context.Settings.Host);
        }
    }

    private IEnumerable<RemainingView> Remaining() =>
        from area in context.AreasInOrder
        from entry in area.Table.Machines.Values
        where entry.Owner?.Slot.Value == context.Settings.Slot || entry.Target?.Slot.Value == context.Settings.Slot
        select Remains(entry, context.Local.GetValueOrDefault(entry.Machine.Value));

    private RemainingView Remains(MachineEntry entry, LocalMachine? machine)
    {
        var (id, name) = (entry.Machine.Value, context.NameOf(entry.Machine.Value));
        RemainingView Is(string state, string why) => new(id, name, state, why);
        return entry.State == LeaseState.Moving ? Is("moving", $"it moves to {context.NameOf(entry.Target!.Value.Slot)}")
            : entry.Wanted == WantedState.Stop ? Is("waits", "it is being shut down")
            : machine?.Relocating is not null ? Is("waits", "it is being shut down, to be started elsewhere")
            : context.Situation.Disarmed is not null ? Is("stays", $"{context.Settings.Host} is disarmed, and gives nothing away meanwhile")
            : machine is null || !OrderDesk.CanLeave(machine, entry) ? Is("stays", WhyNotNow(machine))
            : tried.TryGetValue(id, out var last) && last.Why.Length > 0 ? Is("stays", last.Why)
            : Is("waits", (moves.Turns.WhyNotFromHere ?? waitsFor) is { } others ? $"it waits for its turn: {others}" : "it waits for its turn");
    }

    private static string WhyNotNow(LocalMachine? machine) => machine switch
    {
        { Phase: LocalPhase.Running, IsQuiet: false } => "a write to its disk has failed and may still land for some seconds",
        { Phase: LocalPhase.Running } => $"datastore {machine.Area.Name} is not well here",
        { Reason.Length: > 0 } => $"it does not run: {machine.Reason}",
        _ => "it does not run yet",
    };

    /// <param name="Kind">Kind of the decision to move a machine for it.</param>
    /// <param name="Why">For the sentence about a machine that moves, given the target's name.</param>
    /// <param name="Where">For the sentence about one that stays.</param>
    private sealed record Cause(string Kind, bool WithGuestNetwork, Func<string, string> Why, string Where);
}
