using System.Collections.Immutable;
using Holdfast.Core.Balancing;
using Holdfast.Core.Leases;
using Holdfast.Core.Migration;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Agent;

/// <summary>
/// A host that is short of processors offers machines of its own to others (docs/adr/0019). In each round it plans anew from what is seen; in mode automatic it begins the plan's first moves, once it has been hot
/// for the hold time and nothing more urgent is under way in the cluster. What cannot be relieved is told, never kept silent.
/// </summary>
internal sealed class BalanceDesk(AgentContext context, MoveDesk moves, MoveTargets targets, BalanceScout scout)
{
    /// <summary>A copy that breaks at its end costs the guest its pause for nothing, so one that has failed is not tried often: after a minute, two, four …</summary>
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestRetry = TimeSpan.FromHours(1);
    private readonly HashSet<Guid> moving = [];

    /// <summary>Machines that could not leave: why, after how many rounds of that, and until when another is taken instead.</summary>
    private readonly Dictionary<Guid, FailedMove> failed = [];
    private readonly SortedSet<string> told = new(StringComparer.Ordinal);
    private ImmutableArray<int> blocked = [];
    private BalancePlan? plan;
    private Moment? hotSince;
    private Moment next;
    private string holds = "";

    private BalancerSettings Limits => context.Settings.Balancing.Limits;

    private BalanceMode Mode => context.Settings.Balancing.Mode;

    public BalanceView View => new(Mode, plan?.Share, plan?.IsHot == true, plan?.Moves ?? [], plan?.Shortage, holds);

    /// <summary>Told while it lasts, unless balancing is off.</summary>
    public string? Alarm => Mode != BalanceMode.Off && IsOverdue ? plan?.Shortage : null;

    private bool IsOverdue => hotSince is { } since && context.Now - since >= Limits.Hold;

    /// <summary>Looked at with every beat.</summary>
    public void Look()
    {
        if (context.Now >= next)
        {
            next = context.Now + context.Settings.Balancing.Round;
            Round();
        }
    }

    private void Round()
    {
        if (scout.Scene(failed) is not { } scene)
        {
            (plan, hotSince, holds) = (null, null, scout.WhyNoScene);
            return;
        }

        ForgetFailures(scene);
        plan = BalancePlanner.Of(scene, Limits);
        if (!plan.IsHot)
        {
            Cool();
            return;
        }

        hotSince ??= context.Now;
        holds = WhyNotNow() ?? "";
        if (Mode != BalanceMode.Off && IsOverdue && moving.Count == 0)
        {
            Tell(plan);
        }

        if (holds.Length == 0)
        {
            Begin(plan);
        }
    }

    /// <summary>What was tried while a path was lost is tried again as soon as it is back, and not only when its pause is over.</summary>
    private void ForgetFailures(BalanceScene scene)
    {
        ImmutableArray<int> now = [.. scene.Others.Where(o => o.NoPath).Select(o => o.Slot)];
        if (blocked.Except(now).Any())
        {
            failed.Clear();
        }

        blocked = now;
    }

    private void Cool()
    {
        // Between cool and hot what was told is neither over nor new: a load about the limit must not tell it again and again.
        if (told.Count > 0 && plan!.Share <= Limits.CoolShare)
        {
            context.Say("relieved", $"{context.Settings.Host} is no longer short of processors: its work wants {BalancePlanner.Percent(plan.Share)} of them", host: context.Settings.Host);
            told.Clear();
        }

        failed.Clear();
        (hotSince, holds) = (null, "");
    }

    /// <summary>Why no move begins now; null: one does.</summary>
    private string? WhyNotNow()
    {
        // Hotter ones first, a round apart: two that choose at once may choose the same target.
        var wait = Limits.Hold + (context.Settings.Balancing.Round * scout.Hotter(Limits.HotShare));
        return Mode == BalanceMode.Off ? "balancing is off"
            : Mode == BalanceMode.Recommend ? "balancing only recommends"
            : context.Now - hotSince!.Value is var hot && hot < wait ? FormattableString.Invariant($"{context.Settings.Host} is hot for {hot.TotalSeconds:0} s, and machines move after {wait.TotalSeconds:0} s")
            : moving.Count > 0 ? "moves for it are under way"
            : context.Situation.Held < context.Plan.Hold ? $"{context.Settings.Host} has just found itself in row {context.Situation.Row.Number} of the isolation table"
            : SettledCluster.WhyNot(context) is { } unsettled ? $"the cluster is not settled: {unsettled}"
            : null;
    }

    private void Tell(BalancePlan now)
    {
        foreach (var move in now.Moves.Where(m => Mode == BalanceMode.Recommend && told.Add($"{m.Machine} {m.To}")))
        {
            context.Say("recommended", $"{Sentence(move)}; balancing only recommends, so 'holdfast vm migrate {move.Name} {context.Settings.NameOf(move.To)}' is for you to do", move.Machine, context.Settings.Host);
        }

        if (now.Shortage is { } shortage && told.Add("shortage"))
        {
            context.Say("alarm", shortage, host: context.Settings.Host);
        }
    }

    private void Begin(BalancePlan now)
    {
        foreach (var move in now.Moves.Take(context.Settings.MovesAtOnce))
        {
            if (context.Local.TryGetValue(move.Machine, out var machine) && machine.Entry is { } entry && OrderDesk.CanLeave(machine, entry)
                && (moves.Turns.WhyNotFromHere ?? moves.Turns.WhyNotTo(move.To)) is null)
            {
                Begin(machine, move);
            }
        }
    }

    private void Begin(LocalMachine machine, RecommendedMove move)
    {
        if (targets.Refusal(machine, move.To, withGuestNetwork: true) is { } refusal)
        {
            Failed(machine.Id, refusal);
            return;
        }

        moving.Add(machine.Id);
        told.Add("moved");
        context.Say("balancing", $"{Sentence(move)}; {move.CopyMiB} MiB are to be copied", machine.Id, context.Settings.Host);
        var wish = new MoveWish(context.Ids.Id(), move.To, IsFree: true)
        {
            WithGuestNetwork = true,
            Stands = () => Mode == BalanceMode.Automatic && SettledCluster.WhyNot(context) is null,
            Except = () => scout.TooWarmFor(move),
        };
        moves.Begin(machine, wish, failure =>
        {
            moving.Remove(machine.Id);

            // What it has gained shows in the measurements only after a while.
            next = context.Now + context.Settings.Balancing.Round;
            if (failure is not null)
            {
                Failed(machine.Id, failure);
            }
            else
            {
                failed.Remove(machine.Id);
            }
        });
    }

    private void Failed(Guid machine, string why)
    {
        var times = failed.GetValueOrDefault(machine)?.Times + 1 ?? 1;
        var pause = FirstRetry * Math.Pow(2, Math.Min(times - 1, 10));
        failed[machine] = new(why, times, context.Now + (pause < LongestRetry ? pause : LongestRetry));
    }

    private string Sentence(RecommendedMove move)
    {
        var (from, to) = (context.Settings.Host, context.Settings.NameOf(move.To));
        return $"{move.Name} {(Mode == BalanceMode.Automatic ? "moves" : "should move")} to {to}: {from} is short of processors; {BalancePlanner.Gain(move, from, to)}";
    }
}

/// <summary>A move for balance that did not come about.</summary>
/// <param name="Times">In a row.</param>
/// <param name="Until">Others are tried until then.</param>
internal sealed record FailedMove(string Why, int Times, Moment Until);
