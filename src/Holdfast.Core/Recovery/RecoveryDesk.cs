using System.Collections.Immutable;
using Holdfast.Core.Agent;
using Holdfast.Core.Fencing;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;
using Holdfast.Core.Placement;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Recovery;

/// <summary>
/// Which machines without a living owner this host takes: Free ones that are wanted, and, with a <see cref="DeathProof"/>, those of a dead host.
/// It needs the lease table and the slots alone, never etcd (docs/adr/0005): the same code runs with and without a quorum.
/// </summary>
internal sealed class RecoveryDesk(AgentContext context, SortedDictionary<int, FencingDesk> fencing)
{
    /// <summary>A free machine that the planned host has not claimed by now is claimed by anybody with room.</summary>
    private static readonly TimeSpan AnybodyAfter = TimeSpan.FromSeconds(2);
    private readonly Dictionary<(string, int, Incarnation, Guid), Moment> under = [];

    /// <summary>What owners that have lost a datastore have said to be gone there, by datastore and machine.</summary>
    private readonly SortedDictionary<(string Datastore, Guid Machine), IsGone> words = [];
    private readonly Dictionary<Guid, Moment> freeSince = [];
    private readonly HashSet<Guid> saidNoRoom = [];

    /// <summary>The owner of a right has lost the datastore.</summary>
    public void Said(RightMessage right)
    {
        if (right is OffersOver offer)
        {
            Answer(offer);
        }
        else if (right is IsGone word && context.Areas.ContainsKey(word.Datastore))
        {
            words[(word.Datastore, word.Machine)] = word;
        }
    }

    public void Look()
    {
        // Row 1 of the isolation table: taken for another host would be taken all the same.
        if (context.Situation.Disarmed is not null)
        {
            return;
        }

        foreach (var area in context.AreasInOrder)
        {
            if (area.State != AreaState.Ready || !area.RenewsWell)
            {
                continue;
            }

            foreach (var host in area.Peers)
            {
                TakeOverFrom(area, host);
            }

            TakeByWord(area);
            ClaimFree(area);
        }
    }

    private void TakeOverFrom(AreaKeeper area, HostRecord dead)
    {
        if (area.Watch(dead.Slot.Value).Silence > TimeSpan.Zero && Proof(area, dead) is { } proof)
        {
            TakeOverFrom(area, dead, proof, [.. area.Table.HeldBy(dead.Life)]);
        }
    }

    private void TakeByWord(AreaKeeper area)
    {
        if (words.Count == 0)
        {
            return;
        }

        foreach (var word in words.Values.Where(w => w.Datastore == area.Name).ToList())
        {
            if (area.Table.Machine(new MachineId(word.Machine)) is { } entry && DeathProof.ByOwnersWord(word, entry, context.Settings.Flaws) is { } proof &&
                area.Table.Host(new Slot(proof.Slot)) is { } owner)
            {
                TakeOverFrom(area, owner, proof, [entry]);
            }
            else
            {
                // Over, or newer than the table here: its owner says it again every second.
                words.Remove((word.Datastore, word.Machine));
            }
        }
    }

    /// <summary>Would there be a place for a machine whose host has lost the datastore? It is ended there only if so.</summary>
    private void Answer(OffersOver offer)
    {
        if (context.Situation.Disarmed is null && context.Areas.GetValueOrDefault(offer.Datastore) is { State: AreaState.Ready, RenewsWell: true, IsReadable: true } area &&
            area.Table.Machine(new MachineId(offer.Machine)) is { } entry && offer.IsAbout(entry) && Plan(area, [entry]).Count > 0)
        {
            context.Out.Peer(offer.From, new WouldTake(offer.Datastore, offer.Incarnation, offer.Epoch) { Machine = offer.Machine, From = context.Settings.Slot }, _ => { });
        }
    }

    private void TakeOverFrom(AreaKeeper area, HostRecord dead, DeathProof proof, IReadOnlyList<MachineEntry> entries)
    {
        var key = (area.Name, dead.Slot.Value, dead.Incarnation, proof.Only is null ? Guid.Empty : entries[0].Machine.Value);
        if (entries.Count == 0 || (under.TryGetValue(key, out var until) && context.Now < until))
        {
            return;
        }

        var plan = Plan(area, entries.Where(e => e.Wanted == WantedState.Run));
        foreach (var entry in entries)
        {
            // A machine that is not to run is taken only to be let go; it needs no room.
            var to = entry.Wanted == WantedState.Stop ? context.Settings.Slot : plan.TryGetValue(entry.Machine.Value, out var chosen) ? chosen : (int?)null;
            if (to is not { } slot || area.Table.Host(new Slot(slot)) is not { } taker)
            {
                NoRoom(entry);
                continue;
            }

            under[key] = context.Now + TimeSpan.FromSeconds(1);
            var life = slot == context.Settings.Slot ? area.Life : taker.Life;
            area.Submit(new TakeOver(entry.Machine, new HostLife(new Slot(proof.Slot), new Incarnation(proof.Incarnation)), area.Life, life, proof.Only), outcome =>
            {
                if (outcome is CommandOutcome.Done done)
                {
                    saidNoRoom.Remove(entry.Machine.Value);
                    context.Say(
                        "taken-over", $"{context.NameOf(entry.Machine.Value)} was taken from {dead.Name} for {context.Settings.NameOf(slot)} in epoch {done.Epoch}: {dead.Name} {proof.Reason}",
                        entry.Machine.Value, context.Settings.NameOf(slot), area.Name);
                }
            });
        }
    }

    private DeathProof? Proof(AreaKeeper area, HostRecord dead) => fencing[dead.Slot.Value].Proof(area, dead.Incarnation)
        ?? DeathProof.ByObservation(area.Name, area.Watch(dead.Slot.Value), dead.Incarnation.Value, dead.Watchdog.ProvesByTime(), context.Plan, area.Drain, context.Settings.Flaws);

    private void ClaimFree(AreaKeeper area)
    {
        if (freeSince.Count > 0)
        {
            ForgetTaken(area);
        }

        if (!area.FreeAndWanted.IsEmpty && context.IsMeasured)
        {
            ClaimFrom(area);
        }
    }

    private void ForgetTaken(AreaKeeper area)
    {
        var free = area.FreeAndWanted;
        foreach (var gone in freeSince.Keys.Where(k => free.All(f => f.Machine.Value != k) && area.Table.Machine(new MachineId(k)) is not null).ToList())
        {
            freeSince.Remove(gone);
        }
    }

    private void ClaimFrom(AreaKeeper area)
    {
        var open = area.FreeAndWanted.Where(f => !context.Claiming.Contains(f.Machine.Value) && context.Definitions.ContainsKey(f.Machine.Value)).ToList();
        var plan = Plan(area, open);
        foreach (var entry in open)
        {
            var id = entry.Machine.Value;
            freeSince.TryAdd(id, context.Now);
            if (context.Local.TryGetValue(id, out var local) && (local.HasProcess || context.Now < local.AvoidUntil))
            {
                continue;
            }

            if (!plan.TryGetValue(id, out var slot))
            {
                NoRoom(entry);
                continue;
            }

            var late = context.Situation.TakesMachines && context.Now - freeSince[id] > AnybodyAfter && context.FreeMemoryMiB >= context.Definitions[id].MemoryMiB;
            if (slot == context.Settings.Slot || late)
            {
                Claim(area, entry);
            }
        }
    }

    private void Claim(AreaKeeper area, MachineEntry entry)
    {
        var id = entry.Machine.Value;
        context.Claiming.Add(id);
        area.Submit(new Claim(entry.Machine, area.Life), outcome =>
        {
            context.Claiming.Remove(id);
            if (outcome is CommandOutcome.Done done)
            {
                saidNoRoom.Remove(id);
                context.Say("claimed", $"{context.NameOf(id)} is claimed by {context.Settings.Host} in epoch {done.Epoch}: it is wanted, nobody owns it, and this host has room", id, context.Settings.Host, area.Name);
            }
        });
    }

    private ImmutableSortedDictionary<Guid, int> Plan(AreaKeeper area, IEnumerable<MachineEntry> entries) =>
        PlacementPlan.For(entries.Select(e => context.Definitions.GetValueOrDefault(e.Machine.Value)).OfType<MachineDefinition>(), Candidates(area));

    /// <summary>
    /// Hosts whose slot moves and that say that they take machines; this host first of all by what it measured itself. Those without a guest network
    /// only where nobody has one.
    /// </summary>
    internal IEnumerable<Candidate> Candidates(AreaKeeper area) => TakerRules.Preferred(Taking(area));

    private IEnumerable<(Candidate Candidate, HeartbeatFlags Says)> Taking(AreaKeeper area)
    {
        if (context.Situation.TakesMachines)
        {
            yield return (new(context.Settings.Slot, context.FreeMemoryMiB), context.Situation.Flags);
        }

        foreach (var watch in area.Watches)
        {
            var host = area.Table.Host(new Slot(watch.Slot));
            if (host is { Fencing: null } && watch.Moves(within: context.Plan.Suspect) && area.Block(watch.Slot) is { } block &&
                block.Incarnation == host.Incarnation && TakerRules.Takes(block.Flags))
            {
                yield return (new(watch.Slot, block.FreeMemoryMiB), block.Flags);
            }
        }
    }

    private void NoRoom(MachineEntry entry)
    {
        if (saidNoRoom.Add(entry.Machine.Value))
        {
            var drained = context.Situation.Picture.Hosts.Where(h => h.Says(HeartbeatFlags.Draining)).Select(h => h.Name).ToList();
            context.Say(
                "alarm", $"{context.NameOf(entry.Machine.Value)} waits: no host with room for it can be seen{(drained.Count > 0 ? $" ({string.Join(", ", drained)} being drained)" : "")}", entry.Machine.Value);
        }
    }
}
