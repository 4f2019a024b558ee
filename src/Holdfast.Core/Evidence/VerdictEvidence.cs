using System.Collections.Immutable;

namespace Holdfast.Core.Evidence;

/// <summary>What a verdict rests on, as sentences for a person.</summary>
public static class VerdictEvidence
{
    /// <summary>First what follows, then one sentence for each other host.</summary>
    public static ImmutableArray<string> Of(ClusterPicture picture, int slot)
    {
        var host = picture.Of(slot);
        return [Conclusion(picture, host), .. picture.Hosts.Where(h => h != host).Select(h => host.Presence == Presence.Alive ? Between(picture, host, h) : Seen(h))];
    }

    private static string Conclusion(ClusterPicture picture, HostPicture host)
    {
        var others = picture.Alive.Where(h => h != host).ToList();
        var part = picture.PartOf(host);
        return IsolationVerdict.Of(picture, host.Slot) switch
        {
            Verdict.Connected when others.Count == 0 => $"{host.Name} is alone: every other host is proven dead.",
            Verdict.Connected => $"{host.Name} has a path to all {others.Count} other living hosts.",
            Verdict.Isolated => $"{host.Name} reaches nobody over any network, and others reach each other: it is {host.Name} that is cut off.",
            Verdict.NetworkDead => $"No living host reaches any other over any network: it is the network, not {host.Name}.",
            Verdict.PartitionMajority => $"{host.Name} reaches {Names(part, host)}: {part.Length} of {picture.Hosts.Length} hosts are on this side of the cut, more than half.",
            Verdict.PartitionMinority => $"{host.Name} reaches {Names(part, host)}: {part.Length} of {picture.Hosts.Length} hosts are on this side of the cut, not more than half.",
            _ when host.Presence != Presence.Alive => $"{Seen(host).TrimEnd('.')}.",
            _ when others.Count == 0 => $"No other host shows itself on any network or datastore: unknown, not dead.",
            _ => $"{host.Name} reaches nobody, and what the others reach is not known: unknown.",
        };
    }

    private static string Between(ClusterPicture picture, HostPicture host, HostPicture other)
    {
        if (other.Presence != Presence.Alive)
        {
            return Seen(other);
        }

        var both = On((n, o) => ClusterPicture.Hears(host, other, n) == true && ClusterPicture.Hears(other, host, n) == true);
        var heard = On((n, o) => ClusterPicture.Hears(host, other, n) == true && ClusterPicture.Hears(other, host, n) != true);
        var hears = On((n, o) => ClusterPicture.Hears(host, other, n) != true && ClusterPicture.Hears(other, host, n) == true);
        string?[] parts =
        [
            both.Length > 0 ? $"reached over {both}" : picture.Meet(host, other) ? "reached, as its slot says" : null,
            heard.Length > 0 ? $"heard on {heard} without hearing {host.Name}" : null,
            hears.Length > 0 ? $"hears {host.Name} on {hears} without being heard" : null,
        ];
        var told = string.Join(", ", parts.OfType<string>());
        return $"{other.Name}: {(told.Length > 0 ? told : "not reached over any network")}{Renewal(other)}.";

        string On(Func<string, HostPicture, bool> counts) => string.Join(", ", picture.Networks.Where(n => counts(n.Name, other)).Select(n => n.Name));
    }

    private static string Seen(HostPicture host) => host.Presence switch
    {
        Presence.Dead => $"{host.Name}: {host.Death}.",
        Presence.Silent => $"{host.Name}: silent on every network{(host.Renews is null ? "" : " and datastore")}: unknown, not dead.",
        Presence.Alive => $"{host.Name}: alive{Renewal(host)}.",
        _ => $"{host.Name}: nothing was seen of it yet: unknown, not dead.",
    };

    private static string Renewal(HostPicture host) => host.Renews switch { true => "; renews on the storage", false => "; does not renew on the storage", _ => "" };

    private static string Names(ImmutableArray<HostPicture> part, HostPicture without) => string.Join(", ", part.Where(h => h != without).Select(h => h.Name));
}
