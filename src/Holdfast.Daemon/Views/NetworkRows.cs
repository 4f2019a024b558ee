using Holdfast.Api;
using Holdfast.Core.Agent;
using Holdfast.Core.Evidence;

namespace Holdfast.Daemon.Views;

/// <summary>The matrix of all directions, as this agent knows it, made more exact by what the others measured.</summary>
internal static class NetworkRows
{
    /// <param name="theirs">The same of other agents, from what they know by themselves.</param>
    public static NetworkReport Of(HostSnapshot snapshot, IReadOnlyCollection<NetworkReport> theirs, IReadOnlyDictionary<string, bool?> answers)
    {
        AddressAnswer[] addresses =
        [
            .. answers.Select(a => new AddressAnswer(a.Key, snapshot.Host, a.Value))
                .Concat(theirs.SelectMany(r => (r.Addresses ?? []).Where(a => a.Host == r.Host)))
                .OrderBy(a => a.Address, StringComparer.Ordinal).ThenBy(a => a.Host, StringComparer.Ordinal),
        ];
        var picture = snapshot.Picture;
        var measured = Measured(snapshot, theirs);
        var names = picture.Hosts.ToDictionary(h => h.Name, h => h.Slot, StringComparer.Ordinal);
        var facts = measured.Where(m => m.Value.LossPercent is not null && names.ContainsKey(m.Key.From) && names.ContainsKey(m.Key.To))
            .ToDictionary(m => (m.Key.Network, names[m.Key.From], names[m.Key.To]), m => new DirectionMeasured(m.Value.LossPercent!.Value / 100, m.Value.HoleBytes ?? 0));
        return new NetworkReport
        {
            Host = snapshot.Host,
            Culprits = NetworkCulprit.Of(picture, facts) is [_, ..] culprits ? [.. culprits] : Silent(addresses),
            Addresses = addresses,
            Networks = [.. picture.Networks.Select(n => new NetworkMatrix(
                n.Name, n.RoleWords.Split(", ", StringSplitOptions.RemoveEmptyEntries), [.. Pairs(picture).Select(p => Row(n.Name, p.From, p.To, measured))], Links(snapshot, theirs, n.Name)))],
        };
    }

    /// <summary>With whole networks, an address that answers no host is itself what is broken.</summary>
    private static string[] Silent(AddressAnswer[] addresses) =>
        [.. addresses.GroupBy(a => a.Address).Where(a => a.All(one => one.Answers == false)).Select(a => $"the isolation address {a.Key}: it answers no host, and every network works")];

    /// <summary>Each host's own word, where its agent answered; of the others, what their heartbeats say.</summary>
    private static HostLink[] Links(HostSnapshot snapshot, IReadOnlyCollection<NetworkReport> theirs, string network)
    {
        var links = snapshot.Picture.Hosts.Where(h => h.Unplugged.Contains(network)).Select(h => new HostLink(h.Name, Carrier: false))
            .Concat(theirs.SelectMany(r => r.Networks.Where(n => n.Name == network).SelectMany(n => (n.Links ?? []).Where(l => l.Host == r.Host))))
            .Concat(snapshot.OwnLinks.TryGetValue(network, out var own) ? [new(snapshot.Host, own.Carrier, own.Mtu, own.Bond is { } b ? new(b.Mode, b.Up, b.Members) : null)] : []);
        return [.. links.GroupBy(l => l.Host, StringComparer.Ordinal).Select(l => l.Last()).OrderBy(l => l.Host, StringComparer.Ordinal)];
    }

    private static IEnumerable<(HostPicture From, HostPicture To)> Pairs(ClusterPicture picture) =>
        picture.Hosts.SelectMany(a => picture.Hosts.Where(b => b.Slot != a.Slot).Select(b => (a, b)));

    private static Direction Row(string network, HostPicture from, HostPicture to, Dictionary<(string Network, string From, string To), Direction> measured)
    {
        var quality = measured.GetValueOrDefault((network, from.Name, to.Name));
        var state = ClusterPicture.Hears(to, from, network) switch
        {
            null => Health.Unknown,
            false => Health.Lost,
            true => quality?.LossPercent >= NetworkCulprit.NotableLoss * 100 || quality?.HoleBytes is not null ? Health.Degraded : Health.Ok,
        };
        return new(from.Name, to.Name, state, quality?.LossPercent, quality?.DelayMs, quality?.SpreadMs, quality?.HoleBytes);
    }

    /// <summary>A direction is measured best by who listens: what the others say of what they send themselves counts only where nobody better answered.</summary>
    private static Dictionary<(string Network, string From, string To), Direction> Measured(HostSnapshot snapshot, IReadOnlyCollection<NetworkReport> theirs)
    {
        var all = new Dictionary<(string, string, string), Direction>();
        var own = snapshot.Links.Select(l => (l.Network, Direction: Of(snapshot, l), By: snapshot.Host));
        var others = theirs.SelectMany(r => r.Networks.SelectMany(n => n.Directions.Where(d => d.LossPercent is not null).Select(d => (Network: n.Name, Direction: d, By: r.Host))));
        foreach (var (network, direction, _) in own.Concat(others).OrderBy(m => m.Direction.To == m.By))
        {
            all[(network, direction.From, direction.To)] = direction;
        }

        return all;
    }

    private static Direction Of(HostSnapshot snapshot, LinkView link) => new(
        HostNames.Of(snapshot, link.From), HostNames.Of(snapshot, link.To), Health.Unknown,
        Math.Round(link.Quality.Loss * 100, 1), Ms(link.Quality.Delay), Ms(link.Quality.Spread), link.Quality.Hole > 0 ? link.Quality.Hole : null);

    private static double? Ms(TimeSpan? span) => span is { } s ? Math.Round(s.TotalMilliseconds, 3) : null;
}
