using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Core.Topology;

/// <summary>
/// A cluster without some components, when everything has settled: every host's picture, its row of the isolation table, and who was switched off. What a host sees follows from the
/// <see cref="Wiring"/>; what it makes of it is decided by the functions that the agents decide with.
/// </summary>
internal sealed class Aftermath
{
    private readonly Layout layout;
    private readonly ImmutableArray<ClusterNetwork> networks;
    private readonly SortedDictionary<int, Shot> shots = [];

    /// <param name="down">Components that are gone.</param>
    public Aftermath(Layout layout, IReadOnlyCollection<int> down)
        : this(layout, down, new Wiring(layout, down))
    {
    }

    private Aftermath(Layout layout, IReadOnlyCollection<int> down, Wiring wiring)
    {
        this.layout = layout;
        networks = [.. Facts.Networks.Where(n => n.Beats).Select(n => n.Network)];
        Wiring = wiring;
        OnBefore = wiring.On;
        Views = Judge();
        var off = 0UL;
        while (NextShot() is { } shot)
        {
            shots[shot.Target] = shot;
            off |= Bit(shot.Target);
            Wiring = new(layout, down, off);
            Views = Judge();
        }
    }

    /// <summary>Nobody sees anything else than in another aftermath, so that nobody does.</summary>
    private Aftermath(Aftermath other, Wiring wiring) =>
        (layout, networks, shots, Wiring, OnBefore, Views) = (other.layout, other.networks, other.shots, wiring, wiring.On, other.Views);

    /// <summary>The same cluster without these. Where only spare parts are gone nothing is decided again.</summary>
    public Aftermath Without(IReadOnlyCollection<int> down)
    {
        var wiring = new Wiring(layout, down);
        return shots.Count == 0 && wiring.IsSameFor(Wiring) ? new(this, wiring) : new(layout, down, wiring);
    }

    public ClusterFacts Facts => layout.Facts;

    public Wiring Wiring { get; private set; }

    /// <summary>Hosts that were on before anybody was switched off.</summary>
    public ulong OnBefore { get; }

    /// <summary>Of the hosts that are on, by slot.</summary>
    public ImmutableArray<HostView> Views { get; private set; }

    /// <summary>By the slot of who was switched off.</summary>
    public IReadOnlyDictionary<int, Shot> Shots => shots;

    public HostView? ViewOf(int slot) => Views.FirstOrDefault(v => v.Slot == slot);

    public bool Reaches(int slot, int datastore) => (Wiring.Stores[datastore] & Bit(slot)) != 0;

    private static ulong Bit(int slot) => 1UL << slot;

    /// <summary>
    /// What a host says of itself follows from what the others say, so it is asked until nobody says anything new. Only what a host says of its own links, storage and quorum counts for the others'
    /// words, so the second word is the last.
    /// </summary>
    private ImmutableArray<HostView> Judge()
    {
        var hosts = Enumerable.Range(0, Facts.Hosts.Length).Where(h => Wiring.IsUp(layout.Hosts[h])).OrderBy(h => Facts.Hosts[h].Slot).ToList();
        var own = hosts.ToDictionary(h => h, Own);
        var said = hosts.ToDictionary(h => h, h => FirstWord(own[h]));
        for (var round = 0; ; round++)
        {
            Invariant.That(round < 4, "What the hosts say of themselves does not come to rest.");
            var pictures = new Pictures(this, said);
            var views = hosts.Select(h =>
            {
                var picture = pictures.SeenBy(h);
                var situation = SituationRules.Of(picture, own[h]);
                return new HostView(Facts.Hosts[h], picture, situation, IsolationTable.Of(situation), SituationRules.Flags(situation, own[h]));
            }).ToImmutableArray();
            if (hosts.Zip(views).All(v => said[v.First] == v.Second.Flags))
            {
                return views;
            }

            said = hosts.Zip(views).ToDictionary(v => v.First, v => v.Second.Flags);
        }
    }

    private OwnConditions Own(int host) => new(
        Facts.Hosts[host].Disarmed, Facts.Hosts[host].Draining,
        Enumerable.Range(0, Facts.Datastores.Length).All(d => Reaches(Facts.Hosts[host].Slot, d)) ? StorageState.Ok : StorageState.Lost,
        Readable: true, (Wiring.Quorum & Bit(Facts.Hosts[host].Slot)) != 0, GuestUnplugged(host), Facts.MigrationNetworks, (_, _) => true, (_, _) => true);

    /// <summary>The first guest network's link counts, as in the agent.</summary>
    private bool GuestUnplugged(int host)
    {
        for (var n = 0; n < Facts.Networks.Length; n++)
        {
            if (Facts.Networks[n].Network.Has(NetworkRoles.Guest))
            {
                return Facts.Hosts[host].Networks.Contains(Facts.Networks[n].Name) && !Wiring.Carrier(n, host);
            }
        }

        return false;
    }

    /// <summary>Before it has heard anybody.</summary>
    private static HeartbeatFlags FirstWord(OwnConditions own) => SituationRules.Flags(
        new(own.Apart, Verdict.Connected, own.Storage, OthersRenew: true, own.Quorum, OthersHaveQuorum: true, own.GuestUnplugged, OthersHaveGuest: true, CanMigrate: true, MigrationWhole: true), own);

    /// <summary>The rules of <see cref="Fencing.FencingDesk"/> when time plays no part: cliff and cap delay, they do not forbid.</summary>
    private Shot? NextShot()
    {
        for (var target = 0; target < layout.Hosts.Length; target++)
        {
            var slot = Facts.Hosts[target].Slot;
            if (layout.Fences[target].Length == 0 || shots.ContainsKey(slot) || !Facts.Machines.Any(m => m.Host == slot))
            {
                continue;
            }

            foreach (var by in Views.Where(v => v.Slot != slot && v.Row.Fences && IsSilentFor(v, slot) && !v.Picture.IsReachedElsewhere(slot)))
            {
                for (var level = 0; level < layout.Fences[target].Length; level++)
                {
                    if (Wiring.AsksDevice(by.Slot, target, level))
                    {
                        var device = Facts.Hosts[target].Fences[level];
                        return new(slot, by.Slot, device.Name, device.CutsPath);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>On every network, and on every datastore that the observer has; and it owns machines on one of these.</summary>
    private bool IsSilentFor(HostView observer, int slot)
    {
        var stores = Enumerable.Range(0, Facts.Datastores.Length).Where(d => Reaches(observer.Slot, d)).ToList();
        return observer.Picture.Of(slot).Presence is not Presence.Alive && stores.All(d => !Reaches(slot, d)) &&
            stores.Any(d => Facts.Machines.Any(m => m.Host == slot && m.Definition.Datastore == Facts.Datastores[d].Name));
    }

    /// <summary>All hosts' pictures. What one host shows of itself is the same for all who see as much of it.</summary>
    private sealed class Pictures
    {
        private readonly Aftermath after;
        private readonly Word?[] words;

        /// <summary>By host; then heard or not; then renews, does not, or not known.</summary>
        private readonly HostPicture?[,,] seen;

        public Pictures(Aftermath after, Dictionary<int, HeartbeatFlags> said)
        {
            this.after = after;
            var hosts = after.Facts.Hosts;
            words = new Word?[hosts.Length];
            seen = new HostPicture?[hosts.Length, 2, 3];
            foreach (var (host, flags) in said)
            {
                words[host] = Said(hosts[host], flags);
            }
        }

        public ClusterPicture SeenBy(int observer)
        {
            var hosts = after.Facts.Hosts;
            var builder = ImmutableArray.CreateBuilder<HostPicture>(hosts.Length);
            for (var h = 0; h < hosts.Length; h++)
            {
                builder.Add(h == observer ? Self(h) : Other(observer, h));
            }

            return new(hosts[observer].Slot, after.networks, builder.MoveToImmutable());
        }

        private HostPicture Self(int host)
        {
            var (facts, word) = (after.Facts.Hosts[host], words[host]!);
            bool? renews = after.Facts.Datastores.IsEmpty ? null : after.Wiring.Stores.Any(s => (s & Bit(facts.Slot)) != 0);
            return new(facts.Slot, facts.Name, Presence.Alive, word.Beat.Heard, word.Block.Reach, word.Beat.Flags, renews) { Unplugged = word.Beat.Unplugged };
        }

        private HostPicture Other(int observer, int host)
        {
            var (mine, facts) = (after.Facts.Hosts[observer].Slot, after.Facts.Hosts[host]);
            var heard = (words[observer]!.Block.Reach & Bit(facts.Slot)) != 0;
            var renews = Renews(mine, facts.Slot);
            var death = after.shots.TryGetValue(facts.Slot, out var shot) && shot.By == mine ? "its fence device has confirmed off" : null;
            return death is null ? seen[host, heard ? 1 : 0, renews switch { true => 0, false => 1, null => 2 }] ??= Make(null) : Make(death);

            HostPicture Make(string? died) => HostPicture.Of(facts.Slot, facts.Name, heard ? words[host]?.Beat : null, renews, renews == true ? words[host]?.Block : null, seen: true, died);
        }

        /// <summary>On any datastore that the observer can read.</summary>
        private bool? Renews(int observer, int slot)
        {
            bool? renews = null;
            foreach (var hosts in after.Wiring.Stores)
            {
                if ((hosts & Bit(observer)) != 0)
                {
                    renews = renews == true || (hosts & Bit(slot)) != 0;
                }
            }

            return renews;
        }

        private Word Said(HostFacts host, HeartbeatFlags flags)
        {
            var heard = ImmutableSortedDictionary.CreateBuilder<string, ulong>(StringComparer.Ordinal);
            var unplugged = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
            var reach = 0UL;
            for (var n = 0; n < after.Facts.Networks.Length; n++)
            {
                var network = after.Facts.Networks[n];
                if (network.Beats)
                {
                    heard[network.Name] = after.Wiring.Meets(n, host.Slot);
                    reach |= heard[network.Name];
                }

                if (host.Networks.Contains(network.Name) && !after.Wiring.Carrier(n, after.Facts.Hosts.IndexOf(host)))
                {
                    unplugged.Add(network.Name);
                }
            }

            var beat = new Heartbeat(host.Slot, Guid.Empty, "", 1, TimeSpan.Zero, heard.ToImmutable(), flags, null) { Unplugged = unplugged.ToImmutable() };
            return new(beat, new(new Slot(host.Slot), Incarnation.None, Guid.Empty, 1, flags, reach, (uint)Math.Max(0, host.FreeMemoryMiB), 100));
        }

        /// <summary>What a host says over the networks, and in its slot.</summary>
        private sealed record Word(Heartbeat Beat, HeartbeatBlock Block);
    }
}
