using System.Collections.Immutable;
using Holdfast.Core.Model;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>What this host has heard from its peers over the networks. A link counts as up only when a round trip is proven by both bitmaps.</summary>
public sealed class NetworkEvidence(int self, ImmutableArray<ClusterNetwork> networks, TimingPlan plan)
{
    private readonly ImmutableArray<string> names = [.. networks.Select(n => n.Name)];

    // Looked at in every step of the agent, hence tables and loops: [network][slot].
    private readonly LinkWatch?[][] links = [.. networks.Select(_ => new LinkWatch?[Leases.Slot.Count])];
    private readonly (ulong Sequence, Moment At)[] sent = new (ulong, Moment)[LinkWatch.Window];

    // By slot: the newest beat of the peer's agent on whatever network, and how often another process of it has begun.
    private readonly (Heartbeat? Newest, int Restarts)[] agents = new (Heartbeat?, int)[Leases.Slot.Count];

    // What was last told of each network. It is told again with every beat, and seldom changes.
    private readonly ulong[] viewed = new ulong[networks.Length];
    private ImmutableSortedDictionary<string, ulong> views = networks.ToImmutableSortedDictionary(n => n.Name, _ => 0UL, StringComparer.Ordinal);

    /// <summary>Slots below it may have been heard.</summary>
    private int slots;

    public ImmutableArray<ClusterNetwork> Networks { get; } = networks;

    /// <param name="at">When the beat came in, which may be a little before it is told here.</param>
    public void Heard(Moment at, Heartbeat beat)
    {
        if (beat.Slot is >= 0 and < Leases.Slot.Count && beat.Slot != self && names.IndexOf(beat.Network) is >= 0 and var network)
        {
            (links[network][beat.Slot] ??= Known(beat.Slot)).Take(at, beat, this);
            TakeProcess(beat);
        }
    }

    /// <summary>How often this host has heard that another process of the peer's agent, or another boot of the peer, had begun. What only the one before it knew is lost.</summary>
    public int Restarts(int slot) => agents[slot].Restarts;

    /// <summary>Each process of an agent counts its beats from one; its boot's clock runs on.</summary>
    private void TakeProcess(Heartbeat beat)
    {
        ref var agent = ref agents[beat.Slot];
        var sameBoot = agent.Newest is { } newest && newest.BootId == beat.BootId;
        if (sameBoot && beat.Uptime <= agent.Newest!.Uptime)
        {
            return;
        }

        agent = (beat, agent.Restarts + (agent.Newest is null || (sameBoot && beat.Sequence > agent.Newest.Sequence) ? 0 : 1));
    }

    /// <summary>Directions on which something was heard ever.</summary>
    internal int KnownLinks { get; private set; }

    /// <summary>A probe of the peer came in whole. One from before its first beat says nothing that could be kept.</summary>
    public void Probed(MtuProbe probe) => Watch(probe.Network, probe.Slot)?.Probed(probe.Bytes);

    /// <summary>Bytes of the packets that do not pass from the peer to here, and from here to the peer, though smaller ones do; 0: no such hole is known.</summary>
    public (int In, int Out) Holes(Moment now, string network, int slot) => Watch(network, slot) is { } watch && IsFresh(now, watch) ? (watch.Hole(now, plan), watch.HoleOut) : default;

    /// <summary>This host's own beat of this number goes out now.</summary>
    public void Sent(Moment now, ulong sequence) => sent[sequence % LinkWatch.Window] = (sequence, now);

    /// <summary>Bit per slot that was heard on <paramref name="network"/> within <c>suspect</c>: what goes into this host's own heartbeats.</summary>
    public ulong HeardOn(Moment now, string network) => Bits(now, names.IndexOf(network), mutual: false);

    /// <summary>The same for every network; the same object as before while nothing has changed in it.</summary>
    public ImmutableSortedDictionary<string, ulong> Views(Moment now)
    {
        for (var network = 0; network < names.Length; network++)
        {
            var bits = Bits(now, network, mutual: false);
            if (bits != viewed[network])
            {
                viewed[network] = bits;
                views = views.SetItem(names[network], bits);
            }
        }

        return views;
    }

    /// <summary>What to tell a peer of its own beats on this network.</summary>
    public HeartbeatEcho? Echo(Moment now, string network, int slot) => Watch(network, slot)?.Echo(now, plan);

    /// <summary>From the peer to here, and from here to the peer; null where nothing is known yet.</summary>
    public (LinkQuality? In, LinkQuality? Out) Quality(Moment now, string network, int slot) =>
        Watch(network, slot) is { } watch ? (watch.Incoming(now, plan), watch.Outgoing) : default;

    public LinkState Link(Moment now, string network, int slot) => Watch(network, slot) switch
    {
        null => LinkState.Unknown,
        { } watch when !IsFresh(now, watch) => LinkState.Lost,
        { } watch => IsMutual(watch, network) ? LinkState.Ok : LinkState.OneWay,
    };

    /// <summary>Anything at all heard from the peer within <paramref name="within"/>, on any network: it is alive, whatever else is broken.</summary>
    public bool HeardWithin(Moment now, int slot, TimeSpan within)
    {
        for (var network = 0; network < names.Length; network++)
        {
            if (links[network][slot] is { } watch && now - watch.At <= within)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>When anything was heard from the peer last, on any network; null: never.</summary>
    public Moment? LastHeard(int slot) => NewestWatch(slot)?.At;

    /// <summary>Peers with a proven round trip over at least one network.</summary>
    public ulong Reach(Moment now)
    {
        var reach = 0UL;
        for (var network = 0; network < names.Length; network++)
        {
            reach |= Bits(now, network, mutual: true);
        }

        return reach;
    }

    /// <summary>The newest heartbeat of the peer over any network, or null.</summary>
    public Heartbeat? Newest(int slot) => NewestWatch(slot)?.Last;

    /// <summary>The newest heartbeat of the peer if it came within <c>suspect</c>: what it says of itself and of the others is true now.</summary>
    public Heartbeat? Fresh(Moment now, int slot) => NewestWatch(slot) is { } watch && IsFresh(now, watch) ? watch.Last : null;

    private LinkWatch? Watch(string network, int slot) => names.IndexOf(network) is >= 0 and var index && slot is >= 0 and < Leases.Slot.Count ? links[index][slot] : null;

    private LinkWatch? NewestWatch(int slot)
    {
        LinkWatch? newest = null;
        for (var network = 0; network < names.Length; network++)
        {
            if (links[network][slot] is { } watch && (newest is null || watch.At > newest.At))
            {
                newest = watch;
            }
        }

        return newest;
    }

    private LinkWatch Known(int slot)
    {
        KnownLinks++;
        slots = Math.Max(slots, slot + 1);
        return new();
    }

    /// <summary>When this host's own beat of this number went out; null: too long ago, or never.</summary>
    internal Moment? SentAt(ulong sequence) => sent[sequence % LinkWatch.Window] is var (number, at) && number == sequence && at > Moment.Zero ? at : null;

    private bool IsFresh(Moment now, LinkWatch watch) => now - watch.At <= plan.Suspect;

    private bool IsMutual(LinkWatch watch, string network) => (watch.HeardThere(network) & (1UL << self)) != 0;

    private ulong Bits(Moment now, int network, bool mutual)
    {
        var bits = 0UL;
        for (var slot = 0; network >= 0 && slot < slots; slot++)
        {
            if (links[network][slot] is { } watch && IsFresh(now, watch) && (!mutual || IsMutual(watch, names[network])))
            {
                bits |= 1UL << slot;
            }
        }

        return bits;
    }
}
