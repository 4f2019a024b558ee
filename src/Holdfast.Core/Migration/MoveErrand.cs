using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Migration;

/// <summary>
/// One migration as it was asked for: as many tries as it takes, on another network, to another host, or once more when the path has had time to heal.
/// Between two tries the machine runs on at its source as if nobody had asked.
/// </summary>
internal sealed class MoveErrand(AgentContext context, LocalMachine machine, MoveWish wish, MoveTargets targets, MoveTurns turns, Action<string?> ended)
{
    private static readonly ImmutableArray<TimeSpan> Waits = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)];

    /// <summary>A machine that was kept runs again within milliseconds; one that does not is not moved.</summary>
    private static readonly TimeSpan RunLimit = TimeSpan.FromSeconds(10);
    private readonly Moment began = context.Now;
    private readonly List<MoveTryView> tries = [];

    /// <summary>The try that is under way, or was the last one; null: it waits for its first.</summary>
    private MoveOut? move;
    private int target = wish.Target;

    /// <summary>When the next try begins; null: one is under way, or all is over.</summary>
    private Moment? next = context.Now;

    /// <summary>The last try ended by its path, not by its target.</summary>
    private bool pathBroke;
    private int waits;
    private string reason = "";

    /// <summary>Why others go first; null: that is not what it waits for.</summary>
    private string? waitsFor;

    public Guid Id => wish.Move;

    public Guid Machine => machine.Id;

    public int Target => target;

    public bool IsOver { get; private set; }

    public MoveView View => new(
        Id, machine.Id, context.Settings.Slot, target, next is null ? move?.State ?? "failed" : "waiting", reason, move?.Stamps ?? ImmutableSortedDictionary<string, double>.Empty, move?.Network, move?.Progress, [.. tries]) { WaitsFor = next is null ? null : waitsFor };

    /// <summary>A try of it is under way.</summary>
    public bool IsUnderWay => !IsOver && next is null;

    public void Begin()
    {
        if ((turns.WhyNotFromHere ?? turns.WhyNotTo(target)) is { } full)
        {
            WaitForTurn(full, TimeSpan.Zero);
        }
        else
        {
            Try(target, []);
        }
    }

    /// <summary>False: no try of this migration has this id.</summary>
    public bool Said(MoveMessage message)
    {
        if (message.Move != move?.Id)
        {
            return false;
        }

        move.Said(message);
        return true;
    }

    /// <summary>Ends it while it waits for its next try. False: it does not wait.</summary>
    public bool CancelWaiting(string why)
    {
        if (next is null)
        {
            return false;
        }

        End(why);
        return true;
    }

    public void Look()
    {
        if (next is not { } due)
        {
            move?.Look();
        }
        else if (!wish.Stands())
        {
            End("it is not to leave any more");
        }
        else if (context.Now >= due && turns.WhyNotFromHere is { } full)
        {
            WaitForTurn(full, TimeSpan.Zero);
        }
        else if (context.Now >= due)
        {
            waitsFor = null;
            WhenItRuns(due);
        }
    }

    /// <param name="look">When that is looked at again.</param>
    private void WaitForTurn(string why, TimeSpan look)
    {
        (next, waitsFor) = (context.Now + look, why);
        turns.Wait();
    }

    private void WhenItRuns(Moment due)
    {
        if (machine.Entry is { } entry && OrderDesk.CanLeave(machine, entry))
        {
            TryAgain();
        }
        else if (context.Now - due > RunLimit)
        {
            End($"it does not run on {context.Settings.Host}");
        }
    }

    private void Try(int to, ImmutableArray<string> avoid)
    {
        (next, target, waitsFor) = (null, to, null);
        move = new(context, machine, new(tries.Count == 0 ? Id : context.Ids.Id(), to, began, avoid, wish.MostPause), Ended);
        move.Begin();
    }

    private void Ended(MoveEnd end)
    {
        if (end.Failure is not { } why)
        {
            End(null);
            return;
        }

        (reason, waitsFor) = (why, null);
        tries.Add(new(target, move!.Network, why, (context.Now - began).TotalMilliseconds));
        pathBroke = end.Again == MoveAgain.OtherPath;
        if (end.Again == MoveAgain.Never || tries.Count >= context.Settings.MoveTries)
        {
            End(why);
        }
        else if (Untried() is not null)
        {
            // Not within the end of the try before: that still has words to say.
            next = context.Now;
        }
        else
        {
            Wait(why);
        }
    }

    /// <summary>What is in the way may heal.</summary>
    private void Wait(string why)
    {
        if (waits < Waits.Length)
        {
            next = context.Now + Waits[waits++];
        }
        else
        {
            End(why);
        }
    }

    private void TryAgain()
    {
        var (to, avoid) = Choice();
        if (turns.WhyNotTo(to) is { } full)
        {
            // Looking for another target is not free of cost, and one that is asked for by name is all that it waits for.
            WaitForTurn(full, wish.IsFree ? context.Plan.Renew : TimeSpan.Zero);
            return;
        }

        if (targets.Refusal(machine, to, wish.WithGuestNetwork) is { } refusal)
        {
            Wait(refusal);
            return;
        }

        if (tries.Count > 0)
        {
            context.Say(
                "retry", $"{context.NameOf(machine.Id)} is to move to {context.Settings.NameOf(to)}{(avoid.IsEmpty ? "" : $", not over network {string.Join(" or ", avoid)}")} (try {tries.Count + 1}): {reason}",
                machine.Id, context.Settings.Host, machine.Area.Name);
        }

        Try(to, avoid);
    }

    /// <summary>What was not tried yet comes first, and before all where there is room now.</summary>
    private (int Target, ImmutableArray<string> Avoid) Choice()
    {
        if (!wish.IsFree)
        {
            return Untried() ?? (target, []);
        }

        var full = turns.FullTargets;
        return Untried(full) ?? Untried() ?? (Best(full) ?? Best([]) ?? target, []);
    }

    private int? Best(ImmutableArray<int> except) => targets.Best(machine, wish.WithGuestNetwork, except: [.. wish.Except(), .. except]);

    /// <summary>A network or, when nobody has asked for this very target, a host that was not tried yet.</summary>
    /// <param name="except">Hosts that are none of it.</param>
    private (int Target, ImmutableArray<string> Avoid)? Untried(ImmutableArray<int> except = default)
    {
        ImmutableArray<string> broke = [.. tries.Where(t => t.Target == target).Select(t => t.Network).OfType<string>().Distinct(StringComparer.Ordinal)];
        return pathBroke && MigrationRoutes.To(context, target, broke) is not null ? (target, broke)
            : wish.IsFree && Best([.. tries.Select(t => t.Target), .. except.IsDefault ? [] : except]) is { } other ? (other, [])
            : null;
    }

    private void End(string? why)
    {
        (IsOver, next, reason) = (true, null, why ?? "");
        ended(why is null ? null : $"{context.NameOf(machine.Id)} was not moved to {context.Settings.NameOf(target)}: {Causes(why)}");
    }

    /// <summary>The first cause says what the network did; the last one why it was given up.</summary>
    private string Causes(string last) => tries.Count == 0 || tries[0].Why == last ? last : $"{tries[0].Why}; after {(tries.Count == 1 ? "that" : $"{tries.Count} tries")}: {last}";
}
