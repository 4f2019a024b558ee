using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Fencing;
using Holdfast.Core.Leases;

namespace Holdfast.Core.Agent;

/// <summary>Puts together what this host measured, what the others' heartbeats say and what their slots say.</summary>
internal static class PictureMaker
{
    public static ClusterPicture Of(AgentContext context, IReadOnlyDictionary<int, FencingDesk> fencing, HeartbeatFlags own) =>
        new(context.Settings.Slot, context.Settings.Networks, [.. context.Settings.Hosts.Select(h => Host(context, h.Key, h.Value, fencing, own))]);

    /// <summary>The picture now: the very same one as <paramref name="before"/> when it shows nothing new, so that what follows from it need not be found again.</summary>
    public static ClusterPicture After(ClusterPicture before, AgentContext context, IReadOnlyDictionary<int, FencingDesk> fencing, HeartbeatFlags own)
    {
        ImmutableArray<HostPicture>.Builder? hosts = null;
        for (var i = 0; i < before.Hosts.Length; i++)
        {
            var known = before.Hosts[i];
            var now = Host(context, known.Slot, known.Name, fencing, own);
            if (now != known)
            {
                hosts ??= before.Hosts.ToBuilder();
                hosts[i] = now;
            }
        }

        return hosts is null ? before : before with { Hosts = hosts.ToImmutable() };
    }

    /// <summary>Whether a peer's slot moves on one datastore; null: this host has not seen enough of it, or cannot read.</summary>
    public static bool? Renews(AgentContext context, AreaKeeper area, int slot)
    {
        var watch = area.Watch(slot);

        // A host that cannot renew can swear to nobody's silence. That a slot has moved it sees all the same. And a silence that has just begun to be observed says nothing yet.
        return watch.SilentFrom is null ? (context.Now - watch.LastMoved < context.Plan.Suspect ? true : null)
            : watch.Moves(within: context.Plan.Suspect) ? true
            : watch.Silence >= context.Plan.Suspect ? false
            : null;
    }

    private static HostPicture Host(AgentContext context, int slot, string name, IReadOnlyDictionary<int, FencingDesk> fencing, HeartbeatFlags own) =>
        slot == context.Settings.Slot ? Self(context, own) : Peer(context, slot, name, fencing[slot]);

    private static HostPicture Self(AgentContext context, HeartbeatFlags own) => new(
        context.Settings.Slot, context.Settings.Host, Presence.Alive, context.Network.Views(context.Now), context.Network.Reach(context.Now), own,
        context.AreasInOrder.IsEmpty ? null : context.AreasInOrder.Any(a => a.State == AreaState.Ready && a.RenewsWell)) { Unplugged = context.Unplugged };

    private static HostPicture Peer(AgentContext context, int slot, string name, FencingDesk desk)
    {
        var beat = context.Network.Fresh(context.Now, slot);
        var (renews, block) = Slots(context, slot);
        return HostPicture.Of(slot, name, beat, renews, block, renews is not null || context.Network.Newest(slot) is not null, desk.Death);
    }

    /// <summary>On any datastore; and the block where it renews, for an old block says nothing of now.</summary>
    private static (bool? Renews, HeartbeatBlock? Block) Slots(AgentContext context, int slot)
    {
        bool? renews = null;
        foreach (var area in context.AreasInOrder)
        {
            switch (Renews(context, area, slot))
            {
                case true:
                    return (true, area.Block(slot));
                case false:
                    renews = false;
                    break;
            }
        }

        return (renews, null);
    }
}
