using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Leases;
using Holdfast.Core.Model;

namespace Holdfast.Core.Tests.Evidence;

/// <summary>
/// A cluster of hosts h1, h2, … on networks, as it truly is; <see cref="SeenBy"/> is what one of them knows of it: the others' heartbeats where it hears
/// them, and their slots where they renew.
/// </summary>
internal sealed class Pictures(int hosts, params string[] networks)
{
    private readonly HashSet<(string Network, int From, int To)> down = [];
    private readonly HashSet<(string Network, int Host)> unplugged = [];
    private readonly HashSet<int> off = [];
    private readonly HashSet<int> withoutStorage = [];

    public Dictionary<(string Network, int From, int To), DirectionMeasured> Measured { get; } = [];

    public ImmutableArray<ClusterNetwork> Networks => [.. networks.Select(n => new ClusterNetwork(n, n switch { "storage" => NetworkRoles.Storage, "guest" => NetworkRoles.Guest, _ => NetworkRoles.Cluster }))];

    /// <summary>Pull a cable: <paramref name="host"/> is 1 for h1.</summary>
    public Pictures Cut(int host, params string[] which)
    {
        foreach (var other in Enumerable.Range(1, hosts).Where(o => o != host))
        {
            Between(host, other, which);
        }

        return this;
    }

    public Pictures Between(int one, int other, params string[] which)
    {
        foreach (var network in which is [] ? networks : which)
        {
            OneWay(one, other, network);
            OneWay(other, one, network);
        }

        return this;
    }

    public Pictures OneWay(int from, int to, string network)
    {
        down.Add((network, from - 1, to - 1));
        return this;
    }

    public Pictures Switch(params string[] which)
    {
        for (var host = 1; host <= hosts; host++)
        {
            Cut(host, which);
        }

        return this;
    }

    public Pictures Off(int host)
    {
        off.Add(host - 1);
        return Cut(host).NoStorage(host);
    }

    public Pictures NoStorage(int host)
    {
        withoutStorage.Add(host - 1);
        return this;
    }

    public Pictures Loses(int from, int to, string network, double loss)
    {
        Measured[(network, from - 1, to - 1)] = new(loss);
        return this;
    }

    public Pictures Narrow(int from, int to, string network, int bytes)
    {
        Measured[(network, from - 1, to - 1)] = new(0, bytes);
        return this;
    }

    public Pictures Unplugged(int host, string network)
    {
        unplugged.Add((network, host - 1));
        return Cut(host, network);
    }

    public Verdict VerdictOf(int host, int? by = null) => IsolationVerdict.Of(SeenBy(by ?? host), host - 1);

    public ImmutableArray<string> Culprits(int by) => NetworkCulprit.Of(SeenBy(by), Measured);

    public ClusterPicture SeenBy(int host)
    {
        var self = host - 1;
        return new(self, Networks, [.. Enumerable.Range(0, hosts).Select(slot => Host(self, slot))]);
    }

    private HostPicture Host(int self, int slot)
    {
        var heard = slot == self || networks.Any(n => Up(n, slot, self));
        var renews = !withoutStorage.Contains(slot) && !off.Contains(slot);
        bool? seen = withoutStorage.Contains(self) ? null : renews;
        var alive = heard || seen == true;
        return new(
            slot, $"h{slot + 1}", alive ? Presence.Alive : Presence.Silent, heard ? HeardBy(slot) : null, seen == true ? Reach(slot) : null,
            alive ? HeartbeatFlags.None : null, seen)
        {
            Unplugged = [.. unplugged.Where(u => u.Host == slot && heard).Select(u => u.Network)],
        };
    }

    private ImmutableSortedDictionary<string, ulong> HeardBy(int slot) =>
        networks.ToImmutableSortedDictionary(n => n, n => Bits(s => s != slot && Up(n, s, slot)), StringComparer.Ordinal);

    private ulong Reach(int slot) => Bits(s => s != slot && networks.Any(n => Up(n, s, slot) && Up(n, slot, s)));

    private ulong Bits(Func<int, bool> counts) => Enumerable.Range(0, hosts).Where(counts).Aggregate(0UL, (bits, s) => bits | (1UL << s));

    private bool Up(string network, int from, int to) => !off.Contains(from) && !off.Contains(to) && !down.Contains((network, from, to));
}
