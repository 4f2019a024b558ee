using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Fencing;

/// <summary>
/// What this host does about one silent peer, up to the fence device's confirmation. The reaction is the last one: only against a host that is
/// silent on every channel, owns machines, and whose silence this host observed with its own reads and writes fine throughout.
/// </summary>
internal sealed class FencingDesk(AgentContext context, int slot)
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(3);
    private FencingStage stage;
    private ImmutableSortedDictionary<string, Incarnation> named = ImmutableSortedDictionary<string, Incarnation>.Empty;
    private Moment since;
    private Moment notBefore;
    private bool saidCliff;
    private bool withdrawing;

    public int Slot => slot;

    public string Host => context.Settings.NameOf(slot);

    /// <summary>When the device confirmed off; null before that.</summary>
    public Moment? ConfirmedAt { get; private set; }

    /// <summary>alive, suspect, fencing, fenced, or unknown: a word for people.</summary>
    public string State => stage switch
    {
        FencingStage.Opening or FencingStage.Shooting => "fencing",
        FencingStage.Confirmed => "fenced",
        _ => Silent(context.Plan.Suspect) ? "suspect" : Observed ? "alive" : "unknown",
    };

    /// <summary>It owns machines and begins to be silent, or something is under way against it.</summary>
    public bool WantsCloseWatch => !IsWatching || (Silent(context.Plan.Suspect / 2) && IsInTheWay);

    /// <summary>Nothing is under way against it.</summary>
    public bool IsWatching => stage == FencingStage.Watching;

    /// <summary>A lease table says that somebody fences it.</summary>
    public bool IsAnnounced
    {
        get
        {
            foreach (var area in context.AreasInOrder)
            {
                if (area.State == AreaState.Ready && area.Table.Host(new Slot(slot)) is { Fencing: not null })
                {
                    return true;
                }
            }

            return false;
        }
    }

    private bool Observed => Joined.Any(a => a.Watch(slot).SilentFrom is not null) || context.Network.HeardWithin(context.Now, slot, context.Plan.Suspect);

    private IEnumerable<AreaKeeper> Joined => context.AreasInOrder.Where(Counts);

    private bool Counts(AreaKeeper area) => area.State == AreaState.Ready && area.Table.Host(new Slot(slot)) is { } h && h.Incarnation != Incarnation.None;

    /// <summary>The incarnation that the confirmed shot was aimed at in this area, or None.</summary>
    public Incarnation Fenced(string datastore) => stage == FencingStage.Confirmed ? named.GetValueOrDefault(datastore) : Incarnation.None;

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

    public void Look(bool cliff, int rank)
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
        if (stage != FencingStage.Watching || context.Now < notBefore || !context.Settings.HasFenceDevice || !context.Situation.Row.Fences)
        {
            return;
        }

        var wait = (context.Settings.FastShot ? context.Plan.Suspect : context.Plan.FenceAfter) + (context.Plan.SlotStep * 5 * rank);
        if (!Silent(wait) || !IsInTheWay || AnotherFencesIt || IsReachedElsewhere)
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

        Open();
    }

    /// <summary>Its announcement would be refused. When that host's device fails it closes its entry, and the next one tries.</summary>
    private bool AnotherFencesIt => Joined.Any(a =>
        a.Table.Host(new Slot(slot))!.Fencing is { } open && open.By != a.Life && a.Table.IsCurrent(open.By) && a.Table.Host(open.By.Slot)!.Fencing is null);

    /// <summary>
    /// A living host that is in another part of the networks says in its slot that it reaches it: silent here is not silent on all channels. Hosts of the own
    /// part hear what this one hears, and are not asked, as what their slots say of a host that has just died is older than that.
    /// </summary>
    private bool IsReachedElsewhere
    {
        get
        {
            var picture = context.Situation.Picture;
            var self = picture.Of(context.Settings.Slot);
            return picture.Alive.Any(h => h.Slot != slot && h != self && !picture.Meet(self, h) && h.Reach is { } reach && (reach & (1UL << slot)) != 0);
        }
    }

    /// <summary>It owns machines, or its open Fencing entry keeps everybody else from fencing one that may.</summary>
    private bool IsInTheWay => Joined.Any(a => a.Table.Host(new Slot(slot))!.Life is var life &&
        (a.Table.HeldBy(life).Any() || a.Table.Hosts.Values.Any(h => h.Fencing?.By == life)));

    /// <summary>It moves again, or lives another life: whatever was under way against it is over.</summary>
    private bool Back()
    {
        var moved = Joined.Any(a => a.Watch(slot).LastMoved is { } at && at > since) || context.Network.HeardWithin(context.Now, slot, context.Now - since);
        var reborn = Joined.Any(a => named.TryGetValue(a.Name, out var i) && a.Table.Host(new Slot(slot))!.Incarnation != i) || SpeaksFromAnotherBoot;
        if (!moved && !reborn)
        {
            return false;
        }

        if (stage == FencingStage.Confirmed && !reborn)
        {
            context.Say("alarm", $"the fence device of {Host} said off, but {Host} still writes or speaks: do not trust that device", host: Host);
        }

        context.Say("back", $"{Host} is {(reborn ? "back with a new life" : "heard again")}; nothing more is done against it", host: Host);
        Reset(TimeSpan.Zero);
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
        area.Table.Host(new Slot(slot))!.Fencing is { } open && (open.By == area.Life || (!area.Table.IsCurrent(open.By) && IsSeenAlive(area)));

    private bool IsSeenAlive(AreaKeeper area) =>
        area.Watch(slot) is { SilentFrom: not null, LastMoved: not null } watch && watch.Silence < context.Plan.Suspect;

    /// <summary>It was off and has booted again, whether or not it has joined yet: no reason to distrust the device that said off.</summary>
    private bool SpeaksFromAnotherBoot =>
        context.Network.HeardWithin(context.Now, slot, context.Now - since) && context.Network.Newest(slot) is { } beat &&
        Joined.All(a => a.Table.Host(new Slot(slot))!.BootId != beat.BootId);

    private void Open()
    {
        stage = FencingStage.Opening;
        since = context.Now;
        saidCliff = false;
        named = Joined.ToImmutableSortedDictionary(a => a.Name, a => a.Table.Host(new Slot(slot))!.Incarnation);
        var open = Joined.ToList();
        var left = open.Count;
        var refused = "";
        context.Say("suspected", $"{Host} is silent on every network and datastore; {context.Settings.Host} announces that it fences it", host: Host);
        if (context.Settings.Lacks(AgentFlaws.FencesUnannounced))
        {
            Opened("");
            return;
        }

        foreach (var area in open)
        {
            area.Submit(new OpenFencing(new HostLife(new Slot(slot), named[area.Name]), area.Life), outcome =>
            {
                refused = outcome is CommandOutcome.Refused r ? r.Sentence : refused;
                if (--left == 0)
                {
                    Opened(refused);
                }
            });
        }
    }

    private void Opened(string refused)
    {
        if (stage != FencingStage.Opening)
        {
            return;
        }

        if (refused.Length > 0)
        {
            context.Say("refused", $"{Host} is not fenced by {context.Settings.Host}: {refused}", host: Host);
            Reset(TimeSpan.FromSeconds(1));
            return;
        }

        // Safety: read again before the irreversible step.
        if (!Silent(context.Plan.Suspect) || IsReachedElsewhere)
        {
            Reset(TimeSpan.Zero);
            return;
        }

        stage = FencingStage.Shooting;
        context.Say("fencing", $"the fence device of {Host} is asked for off", host: Host);
        context.Out.FenceOff(Host, failure =>
        {
            if (stage != FencingStage.Shooting)
            {
                return;
            }

            if (failure is not null)
            {
                context.Say("fence-failed", $"the fence device of {Host} did not confirm off: {failure}; {Host} is proven dead by time instead, if its watchdog allows that", host: Host);
                Reset(RetryAfter);
                return;
            }

            stage = FencingStage.Confirmed;
            ConfirmedAt = context.Now;
            context.Say("fenced", $"the fence device of {Host} confirms off", host: Host);
        });
    }

    private void Reset(TimeSpan wait)
    {
        stage = FencingStage.Watching;
        ConfirmedAt = null;
        notBefore = context.Now + wait;
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
