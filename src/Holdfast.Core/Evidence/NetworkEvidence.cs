using System.Collections.Immutable;
using Holdfast.Core.Timing;

namespace Holdfast.Core.Evidence;

/// <summary>What this host has heard from its peers over the networks. A link counts as up only when a round trip is proven by both bitmaps.</summary>
public sealed class NetworkEvidence(int self, ImmutableArray<string> networks, TimeSpan suspect)
{
    // Looked at in every step of the agent, hence tables and loops: [network, slot].
    private readonly Heard?[,] heard = new Heard?[networks.Length, Leases.Slot.Count];

    public ImmutableArray<string> Networks { get; } = networks;

    public void Heard(Moment now, Heartbeat beat)
    {
        if (beat.Slot is >= 0 and < Leases.Slot.Count && beat.Slot != self && Networks.IndexOf(beat.Network) is >= 0 and var network)
        {
            heard[network, beat.Slot] = new(now, beat);
        }
    }

    /// <summary>Bit per slot that was heard on <paramref name="network"/> within <c>suspect</c>: what goes into this host's own heartbeats.</summary>
    public ulong HeardOn(Moment now, string network) => Bits(network, last => now - last.At <= suspect);

    public LinkState Link(Moment now, string network, int slot)
    {
        if (Networks.IndexOf(network) is var index && (index < 0 || heard[index, slot] is null))
        {
            return LinkState.Unknown;
        }

        var last = heard[index, slot]!;
        return now - last.At > suspect ? LinkState.Lost : IsMutual(last) ? LinkState.Ok : LinkState.OneWay;
    }

    /// <summary>Anything at all heard from the peer within <paramref name="within"/>, on any network: it is alive, whatever else is broken.</summary>
    public bool HeardWithin(Moment now, int slot, TimeSpan within)
    {
        for (var network = 0; network < Networks.Length; network++)
        {
            if (heard[network, slot] is { } last && now - last.At <= within)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Peers with a proven round trip over at least one network.</summary>
    public ulong Reach(Moment now)
    {
        var reach = 0UL;
        foreach (var network in Networks)
        {
            reach |= Bits(network, last => now - last.At <= suspect && IsMutual(last));
        }

        return reach;
    }

    /// <summary>The newest heartbeat of the peer over any network, or null.</summary>
    public Heartbeat? Newest(int slot) =>
        Enumerable.Range(0, Networks.Length).Select(n => heard[n, slot]).OfType<Heard>().OrderByDescending(h => h.At).FirstOrDefault()?.Beat;

    private bool IsMutual(Heard last) => (last.Beat.Heard & (1UL << self)) != 0;

    private ulong Bits(string network, Func<Heard, bool> counts)
    {
        var index = Networks.IndexOf(network);
        var bits = 0UL;
        for (var slot = 0; index >= 0 && slot < Leases.Slot.Count; slot++)
        {
            if (heard[index, slot] is { } last && counts(last))
            {
                bits |= 1UL << slot;
            }
        }

        return bits;
    }
}

/// <summary>The last heartbeat of one peer on one network, and when it was taken in.</summary>
internal sealed record Heard(Moment At, Heartbeat Beat);

public enum LinkState
{
    /// <summary>Never heard.</summary>
    Unknown,
    Ok,

    /// <summary>I hear it, it does not hear me.</summary>
    OneWay,
    Lost,
}
