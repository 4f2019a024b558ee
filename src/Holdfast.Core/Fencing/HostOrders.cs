using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Fencing;

/// <summary>What a person orders about another host: fence it, or vouch that it is off. Each order ends once, with null or one sentence.</summary>
internal sealed class HostOrders(AgentContext context, SortedDictionary<int, FencingDesk> fencing)
{
    public void Given(long order, HostOrder what)
    {
        if (!fencing.TryGetValue(what.Slot, out var desk))
        {
            End(order, what.Slot != context.Settings.Slot ? $"no host has slot {what.Slot}"
                : what is FenceHost ? $"{context.Settings.Host} does not fence itself; ask another host's agent (--host)"
                : $"{context.Settings.Host} answers you itself, so it is not dead");
            return;
        }

        if (what is FenceHost)
        {
            Fence(order, desk, what.By);
        }
        else
        {
            Confirm(order, desk, what.By);
        }
    }

    private void Fence(long order, FencingDesk desk, string by)
    {
        if (FenceRefusal(desk) is { } refusal)
        {
            End(order, refusal);
            return;
        }

        desk.Order(by, refused => End(order, refused));
    }

    private string? FenceRefusal(FencingDesk desk)
    {
        var underWay = fencing.Values.Where(d => d != desk && d.IsUnderWay).Select(d => d.Host).ToList();
        return context.Settings.FencesOf(desk.Slot).IsEmpty ? $"{desk.Host} has no fence device; switch it off by hand, then say 'holdfast host confirm-dead {desk.Host}'"
            : desk.ConfirmedAt is not null ? $"{desk.Host} is dead already: {desk.Death}"
            : !desk.IsWatching ? $"{desk.Host} is being fenced by {context.Settings.Host} already"
            : desk.FencerOfThisHost is { } fencer ? $"{context.Settings.Host} is itself being fenced by {fencer} and fences nobody; ask another host's agent (--host)"
            : underWay.Count >= context.Settings.MostFencings
                ? $"{string.Join(", ", underWay)} {(underWay.Count == 1 ? "is" : "are")} being fenced, and no more than {context.Settings.MostFencings} within {context.Plan.Ttl.TotalSeconds:0} s; order it again then"
            : !desk.HasLife ? $"no lease table that {context.Settings.Host} can write to knows {desk.Host}, so its fencing cannot be announced"
            : null;
    }

    private void Confirm(long order, FencingDesk desk, string by)
    {
        if (ConfirmRefusal(desk) is { } refusal)
        {
            End(order, refusal);
            return;
        }

        desk.Vouch(by);
        End(order, null);
    }

    private string? ConfirmRefusal(FencingDesk desk)
    {
        var channels = Channels(desk).ToList();
        return desk.IsSettled ? $"{desk.Host} is dead already: {desk.Death}"
            : channels.Count > 0 ? $"{desk.Host} is not dead: it is still heard on {string.Join(", ", channels)}; switch it off first"
            : !desk.HasLife ? $"no lease table that {context.Settings.Host} can write to knows {desk.Host}, so there is nothing to be proven"
            : !desk.Silent(context.Plan.Suspect) ? $"{context.Settings.Host} has not watched the slots of {desk.Host} for {context.Plan.Suspect.TotalSeconds:0.0} s without a break and with good renewals of its own; ask again, or another host"
            : null;
    }

    /// <summary>Where this host, or another one that speaks now, still notices it.</summary>
    private IEnumerable<string> Channels(FencingDesk desk)
    {
        var picture = PictureMaker.Of(context, fencing, context.Situation.Flags);
        var suspect = picture.Of(desk.Slot);
        foreach (var network in context.Settings.Networks.Where(n => context.Network.Link(context.Now, n.Name, desk.Slot) is LinkState.Ok or LinkState.OneWay))
        {
            yield return $"network {network.Name}";
        }

        foreach (var area in context.AreasInOrder.Where(a => PictureMaker.Renews(context, a, desk.Slot) == true))
        {
            yield return $"datastore {area.Name}";
        }

        foreach (var witness in picture.Alive.Where(h => h != suspect && h.Slot != context.Settings.Slot))
        {
            foreach (var network in context.Settings.Networks.Where(n => ClusterPicture.Hears(witness, suspect, n.Name) == true))
            {
                yield return $"network {network.Name} (by {witness.Name})";
            }

            if (witness is { Heard: null, Reach: { } reach } && (reach & (1UL << desk.Slot)) != 0)
            {
                yield return $"some network (by {witness.Name})";
            }
        }
    }

    private void End(long order, string? refusal) => context.Out.Emit(new OrderEnded(order, refusal));
}
