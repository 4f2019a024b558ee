using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Fencing;

/// <summary>
/// What this host does about one silent peer, up to the fence device's confirmation. The reaction is the last one: only against a host that is
/// silent on every channel, owns machines, and whose silence this host observed with its own reads and writes fine throughout; or by a person's order.
/// </summary>
internal sealed class FencingDesk(AgentContext context, int slot)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(3);
    private readonly TimeSpan closely = context.Plan.Suspect / 2;
    private FencingStage stage;
    private ImmutableSortedDictionary<string, Incarnation> named = ImmutableSortedDictionary<string, Incarnation>.Empty;
    private Moment since;
    private Moment notBefore;
    private bool saidCliff;
    private bool saidCap;
    private bool withdrawing;

    /// <summary>Each fencing has a number: an answer to an earlier one counts for nothing.</summary>
    private int attempt;
    private FencingEntry? announced;
    private Moment announcedSince;
    private Action<string?>? ordered;
    private string? vouched;
    private bool cutsPath;

    public int Slot => slot;

    public string Host => context.Settings.NameOf(slot);

    /// <summary>When a device confirmed off, or a person vouched for it; null before that.</summary>
    public Moment? ConfirmedAt { get; private set; }

    /// <summary>Why it counts as dead; null while it does not.</summary>
    public string? Death => ConfirmedAt is null ? null : vouched is null ? "its fence device has confirmed off" : $"{vouched} vouches that it is off";

    /// <summary>A person's word would add nothing: there is one, or a device's confirmation will do. It does not where the drain is infinite.</summary>
    public bool IsSettled => vouched is not null || (ConfirmedAt is not null && Joined.All(a => a.Drain != TimingPlan.Infinite));

    /// <summary>alive, suspect, fencing, fenced, or unknown: a word for people.</summary>
    public string State => stage switch
    {
        FencingStage.Opening or FencingStage.Shooting => "fencing",
        FencingStage.Confirmed => "fenced",
        _ => IsAlive ? "alive" : Silent(context.Plan.Suspect) ? "suspect" : "unknown",
    };

    /// <summary>It owns machines and begins to be silent, or something is under way against it.</summary>
    public bool WantsCloseWatch => !IsWatching || (Silent(closely) && IsInTheWay);

    /// <summary>Nothing is under way against it.</summary>
    public bool IsWatching => stage == FencingStage.Watching;

    /// <summary>A lease table says that somebody fences it.</summary>
    public bool IsAnnounced => announced is not null;

    /// <summary>Somebody has begun to fence it, less than a ttl ago: for the cap. Whether the device has done it is only known to who asked it.</summary>
    public bool IsUnderWay => stage == FencingStage.Opening || (announced is not null && context.Now - announcedSince < context.Plan.Ttl);

    /// <summary>A lease table that this host can write to knows a life of it.</summary>
    public bool HasLife => Joined.Any();

    /// <summary>It can be observed, and shows itself.</summary>
    public bool IsAlive => stage == FencingStage.Watching && !Silent(context.Plan.Suspect) && Observed;

    private bool Observed => context.Network.HeardWithin(context.Now, slot, context.Plan.Suspect) || Joined.Any(a => a.Watch(slot).SilentFrom is not null);

    private IEnumerable<AreaKeeper> Joined => context.AreasInOrder.Where(Counts);

    private bool Counts(AreaKeeper area) => area.State == AreaState.Ready && area.HasJoined(slot);

    /// <summary>Silent on all channels for at least this long, under this host's own unbroken observation.</summary>
    public bool Silent(TimeSpan span)
    {
        if (context.Settings.Lacks(AgentFlaws.FencesOnOneNetwork))
        {
            return context.Network.Link(context.Now, context.Settings.Networks[0].Name, slot) == LinkState.Lost;
        }

        if (context.Network.HeardWithin(context.Now, slot, span))
        {
            return false;
        }

        var any = false;
        foreach (var area in context.AreasInOrder)
        {
            if (Counts(area))
            {
                any = true;
                if (area.Watch(slot).Silence < span || !area.RenewsWell)
                {
                    return false;
                }
            }
        }

        return any;
    }

    /// <summary>It was heard, or its slot was seen to move, not longer ago than this. The opposite is not <see cref="Silent"/>: this host may be the one that does not see.</summary>
    public bool ShowsItself(TimeSpan within)
    {
        if (context.Network.HeardWithin(context.Now, slot, within))
        {
            return true;
        }

        foreach (var area in context.AreasInOrder)
        {
            if (Counts(area) && area.Watch(slot).LastMoved is { } at && context.Now - at < within)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Looked at in every step, before anything is decided about any host.</summary>
    public void FollowAnnouncement()
    {
        FencingEntry? now = null;
        foreach (var area in context.AreasInOrder)
        {
            now ??= area.State == AreaState.Ready ? area.Record(slot)?.Fencing : null;
        }

        if (now != announced)
        {
            (announced, announcedSince) = (now, context.Now);
        }
    }

    /// <summary>The proof of this life's death on a datastore that a confirmed shot or a person's word gives by now; null: none yet.</summary>
    public DeathProof? Proof(AreaKeeper area, Incarnation life)
    {
        if (ConfirmedAt is not { } at || named.GetValueOrDefault(area.Name) != life || life == Incarnation.None)
        {
            return null;
        }

        return vouched is { } by
            ? DeathProof.ByOperator(area.Name, area.Watch(slot), life.Value, at, by, context.Plan, area.Drain)
            : DeathProof.ByFenceDevice(area.Name, area.Watch(slot), life.Value, at, context.Plan, cutsPath ? TimeSpan.Zero : area.Drain, trusted: context.Settings.FastShot, context.Settings.Flaws);
    }

    /// <summary>Fence it because a person says so; the refusals are the caller's (<see cref="HostOrders"/>).</summary>
    /// <param name="ended">Called once: null = confirmed off.</param>
    public void Order(string by, Action<string?> ended)
    {
        ordered = ended;
        Open($"{by} orders that {Host} is fenced; {context.Settings.Host} announces it");
    }

    /// <summary>A person vouches that it is off; the refusals are the caller's.</summary>
    public void Vouch(string by)
    {
        EndOrder($"{by} has vouched meanwhile that {Host} is off");
        attempt++;
        vouched = by;
        named = Lives();
        Confirm();
        context.Say("confirmed-dead", $"{by} vouches that {Host} is off; its machines are taken when its slot has stayed silent for long enough", host: Host);
    }

    public void Look(bool cliff, int rank, int underWay)
    {
        if (stage != FencingStage.Watching && Back())
        {
            return;
        }

        if (stage == FencingStage.Watching)
        {
            WithdrawLeftOver();
        }

        // Who wants to fence must first show that it is not itself the one that is cut off.
        if (stage != FencingStage.Watching || context.Now < notBefore || Levels.IsEmpty || !context.Situation.Row.Fences)
        {
            return;
        }

        var wait = (context.Settings.FastShot ? context.Plan.Suspect : context.Plan.FenceAfter) + (context.Plan.SlotStep * 5 * rank);
        if (!Silent(wait) || !IsInTheWay || AnotherFencesIt || FencerOfThisHost is not null || IsReachedElsewhere)
        {
            return;
        }

        if (cliff && !context.Settings.Lacks(AgentFlaws.IgnoresCliff) && !Silent(wait + context.Plan.Ttl))
        {
            if (!saidCliff)
            {
                saidCliff = true;
                context.Say("alarm", $"more than half of the hosts fell silent at once; {Host} is not fenced for another {context.Plan.Ttl.TotalSeconds:0} s", host: Host);
            }

            return;
        }

        if (underWay >= context.Settings.MostFencings)
        {
            if (!saidCap)
            {
                saidCap = true;
                context.Say("alarm", $"{Host} is not fenced yet: {underWay} other host(s) are being fenced, and no more than {context.Settings.MostFencings} are within {context.Plan.Ttl.TotalSeconds:0} s", host: Host);
            }

            return;
        }

        Open($"{Host} is silent on every network and datastore; {context.Settings.Host} announces that it fences it");
    }

    private ImmutableArray<FenceLevel> Levels => context.Settings.FencesOf(slot);

    /// <summary>Its announcement would be refused. When that host's device fails it closes its entry, and the next one tries.</summary>
    private bool AnotherFencesIt => Joined.Any(a =>
        a.Table.Host(new Slot(slot))!.Fencing is { } open && open.By != a.Life && a.Table.IsCurrent(open.By) && a.Table.Host(open.By.Slot)!.Fencing is null);

    /// <summary>Who fences this very host; it takes and fences nothing then (the table refuses it). Null: nobody.</summary>
    public string? FencerOfThisHost => Joined.Select(a => a.Record(context.Settings.Slot)?.Fencing).FirstOrDefault(f => f is not null) is { } open
        ? context.Settings.NameOf(open.By.Slot.Value) : null;

    private bool IsReachedElsewhere => context.Situation.Picture.IsReachedElsewhere(slot);

    /// <summary>It owns machines, or its open Fencing entry keeps everybody else from fencing one that may.</summary>
    private bool IsInTheWay
    {
        get
        {
            foreach (var area in context.AreasInOrder)
            {
                if (Counts(area) && area.IsInTheWay(slot))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>It moves again, or lives another life: whatever was under way against it is over.</summary>
    private bool Back()
    {
        // Who is fenced by order may well be alive until a device has said off.
        var moved = (ordered is null || stage == FencingStage.Confirmed) &&
            (Joined.Any(a => a.Watch(slot).LastMoved is { } at && at > since) || (context.Now > since && context.Network.HeardWithin(context.Now, slot, context.Now - since)));
        var reborn = Joined.Any(a => named.TryGetValue(a.Name, out var i) && a.Table.Host(new Slot(slot))!.Incarnation != i) || SpeaksFromAnotherBoot;
        if (!moved && !reborn)
        {
            return false;
        }

        if (stage == FencingStage.Confirmed && !reborn)
        {
            context.Say("alarm", vouched is null
                ? $"the fence device of {Host} said off, but {Host} still writes or speaks: do not trust that device"
                : $"{Host} still writes or speaks, although {vouched} vouched that it is off: that word counts no more", host: Host);
        }

        context.Say("back", $"{Host} is {(reborn ? "back with a new life" : "heard again")}; nothing more is done against it", host: Host);
        Reset(TimeSpan.Zero, $"{Host} has begun a new life meanwhile");
        return true;
    }

    /// <summary>
    /// An announcement behind which nobody is about to shoot any more: it keeps the others from fencing, and that host from taking anything.
    /// </summary>
    private void WithdrawLeftOver()
    {
        if (withdrawing || context.Settings.Lacks(AgentFlaws.LeavesAnnouncements))
        {
            return;
        }

        foreach (var area in context.AreasInOrder)
        {
            if (!Counts(area) || !IsLeftOver(area))
            {
                continue;
            }

            withdrawing = true;
            area.Submit(new CloseFencing(area.Table.Host(new Slot(slot))!.Life, area.Life), _ => withdrawing = false);
        }
    }

    /// <summary>This host's own, as it only watches; an ended life's when the host is seen alive.</summary>
    private bool IsLeftOver(AreaKeeper area) =>
        area.Record(slot)!.Fencing is { } open && (open.By == area.Life || (!area.Table.IsCurrent(open.By) && IsSeenAlive(area)));

    private bool IsSeenAlive(AreaKeeper area) => area.Watch(slot).Moves(within: context.Plan.Suspect);

    /// <summary>It was off and has booted again, whether or not it has joined yet: no reason to distrust the device that said off.</summary>
    private bool SpeaksFromAnotherBoot =>
        context.Network.HeardWithin(context.Now, slot, context.Now - since) && context.Network.Newest(slot) is { } beat &&
        Joined.All(a => a.Table.Host(new Slot(slot))!.BootId != beat.BootId);

    private ImmutableSortedDictionary<string, Incarnation> Lives() => Joined.ToImmutableSortedDictionary(a => a.Name, a => a.Table.Host(new Slot(slot))!.Incarnation);

    private void Open(string why)
    {
        stage = FencingStage.Opening;
        since = context.Now;
        (saidCliff, saidCap) = (false, false);
        named = Lives();
        var now = ++attempt;
        var open = Joined.ToList();
        var left = open.Count;
        var refused = "";
        context.Say("suspected", why, host: Host);
        if (context.Settings.Lacks(AgentFlaws.FencesUnannounced))
        {
            Opened(now, "");
            return;
        }

        foreach (var area in open)
        {
            area.Submit(new OpenFencing(new HostLife(new Slot(slot), named[area.Name]), area.Life), outcome =>
            {
                refused = outcome is CommandOutcome.Refused r ? r.Sentence : refused;
                if (--left == 0)
                {
                    Opened(now, refused);
                }
            });
        }
    }

    private void Opened(int number, string refused)
    {
        if (stage != FencingStage.Opening || number != attempt)
        {
            return;
        }

        if (refused.Length > 0)
        {
            context.Say("refused", $"{Host} is not fenced by {context.Settings.Host}: {refused}", host: Host);
            Reset(TimeSpan.FromSeconds(1), refused);
            return;
        }

        stage = FencingStage.Shooting;
        Shoot(number, 0);
    }

    private bool IsStillAnnounced => context.Settings.Lacks(AgentFlaws.FencesUnannounced) || named.All(life =>
        context.Areas.TryGetValue(life.Key, out var area) && Counts(area) && area.Table.Host(new Slot(slot))!.Fencing is { } open &&
        open.By == area.Life && open.Target.Incarnation == life.Value);

    /// <summary>Ask one device; the next only when it has failed.</summary>
    private void Shoot(int number, int level)
    {
        // Safety: read again before each irreversible step. A commit may have taken long: this host's right may have ended, or the other one has begun a new life, meanwhile.
        if (!IsStillAnnounced)
        {
            const string Why = "its announcement does not stand any more";
            context.Say("refused", $"{Host} is not fenced by {context.Settings.Host}: {Why}", host: Host);
            Reset(TimeSpan.FromSeconds(1), $"{Host}: {Why}; order it again");
            return;
        }

        if (ordered is null && (!Silent(context.Plan.Suspect) || IsReachedElsewhere))
        {
            Reset(TimeSpan.Zero, "");
            return;
        }

        var device = Levels[level];
        context.Say("fencing", $"the fence device of {Host} ({device.Name}) is asked for off", host: Host);
        context.Out.FenceOff(Host, level, failure =>
        {
            if (stage != FencingStage.Shooting || number != attempt)
            {
                return;
            }

            context.Devices.Answered(slot, level, failure);
            if (failure is null)
            {
                cutsPath = device.CutsPath;
                Confirm();
                context.Say("fenced", $"the fence device of {Host} ({device.Name}) confirms off", host: Host);
                EndOrder(null);
            }
            else
            {
                Failed(number, level, failure);
            }
        });
    }

    private void Failed(int number, int level, string failure)
    {
        var said = $"the fence device of {Host} ({Levels[level].Name}) did not confirm off: {failure}";
        if (level + 1 < Levels.Length)
        {
            context.Say("fence-failed", $"{said}; {Levels[level + 1].Name} is asked next", host: Host);
            Shoot(number, level + 1);
            return;
        }

        context.Say("fence-failed", $"{said}; {Host} is proven dead by time instead, if its watchdog allows that", host: Host);
        Reset(RetryAfter, said);
    }

    private void Confirm()
    {
        stage = FencingStage.Confirmed;
        ConfirmedAt = context.Now;

        // What a host wrote or said just before its end may come in a moment later.
        since = context.Now + (context.Plan.Renew * 2);
    }

    private void EndOrder(string? refusal)
    {
        var end = ordered;
        ordered = null;
        end?.Invoke(refusal);
    }

    /// <param name="why">What a person who ordered it is told.</param>
    private void Reset(TimeSpan wait, string why)
    {
        stage = FencingStage.Watching;
        ConfirmedAt = null;
        vouched = null;
        cutsPath = false;
        attempt++;
        notBefore = context.Now + wait;
        EndOrder(why);
    }
}

internal enum FencingStage
{
    Watching,

    /// <summary>Announcing it in the lease table (intent before act).</summary>
    Opening,
    Shooting,
    Confirmed,
}
