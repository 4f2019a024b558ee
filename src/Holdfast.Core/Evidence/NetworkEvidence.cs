using System.Collections.Immutable;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>What this host has heard from its peers over the networks. A link counts as up only when a round trip is proven by both bitmaps.</summary>
public sealed class NetworkEvidence(int self, ImmutableArray<string> networks, TimeSpan suspect)
{
    private readonly SortedDictionary<(string Network, int Slot), (Moment At, Heartbeat Beat)> heard = [];

    public ImmutableArray<string> Networks { get; } = networks;

    public void Heard(Moment now, Heartbeat beat)
    {
        if (beat.Slot != self)
        {
            heard[(beat.Network, beat.Slot)] = (now, beat);
        }
    }

    /// <summary>Bit per slot that was heard on <paramref name="network"/> within <c>suspect</c>: what goes into this host's own heartbeats.</summary>
    public ulong HeardOn(Moment now, string network) =>
        heard.Where(h => h.Key.Network == network && now - h.Value.At <= suspect).Aggregate(0UL, (bits, h) => bits | (1UL << h.Key.Slot));

    public LinkState Link(Moment now, string network, int slot)
    {
        if (!heard.TryGetValue((network, slot), out var last))
        {
            return LinkState.Unknown;
        }

        if (now - last.At > suspect)
        {
            return LinkState.Lost;
        }

        return (last.Beat.Heard & (1UL << self)) != 0 ? LinkState.Ok : LinkState.OneWay;
    }

    /// <summary>Anything at all heard from the peer within <paramref name="within"/>, on any network: it is alive, whatever else is broken.</summary>
    public bool HeardWithin(Moment now, int slot, TimeSpan within) => heard.Any(h => h.Key.Slot == slot && now - h.Value.At <= within);

    /// <summary>Peers with a proven round trip over at least one network.</summary>
    public ulong Reach(Moment now) => heard.Keys.Where(k => Link(now, k.Network, k.Slot) == LinkState.Ok).Aggregate(0UL, (bits, k) => bits | (1UL << k.Slot));

    /// <summary>The newest heartbeat of the peer over any network, or null.</summary>
    public Heartbeat? Newest(int slot) =>
        heard.Where(h => h.Key.Slot == slot).OrderByDescending(h => h.Value.At).Select(h => h.Value.Beat).FirstOrDefault();
}

public enum LinkState
{
    /// <summary>Never heard.</summary>
    Unknown,
    Ok,

    /// <summary>I hear it, it does not hear me.</summary>
    OneWay,
    Lost,
}
