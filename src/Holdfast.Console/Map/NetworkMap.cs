using Holdfast.Api;

namespace Holdfast.Console.Map;

/// <summary>The cluster as cables: what the map draws and its table says. Made anew from each answer of the API.</summary>
/// <param name="Culprits">What is most likely broken, in the agents' words.</param>
/// <param name="SeenBy">The answering host.</param>
public sealed record NetworkMap(string SeenBy, MapHost[] Hosts, Rail[] Rails, StoreRail[] Stores, string[] Culprits)
{
    /// <param name="topology">For the switches; null: not known yet.</param>
    public static NetworkMap Of(ClusterStatus status, NetworkReport report, TopologyReport? topology)
    {
        MapHost[] hosts = [.. status.Hosts.OrderBy(h => h.Name, NaturalOrder.Instance).Select(h => new MapHost(h.Name, h.State, h.Verdict, h.Machines.Length, h.Drain))];
        return new(report.Host, hosts, [.. report.Networks.Select(n => Rail.Of(n, hosts, topology))], [.. StoreRail.Of(status.Hosts, hosts)], report.Culprits);
    }

    /// <summary>Everything that is not fine, the worst first: for a reader who cannot see the map, and for its title.</summary>
    public IEnumerable<(LinkState State, string Network, string Host)> Faults =>
        Rails.SelectMany(r => r.Cables.Select(c => (State: c.Worst, r.Network, c.Host))).Where(f => f.State >= LinkState.Impaired).OrderByDescending(f => f.State);
}

public sealed record MapHost(string Name, HostState State, string Verdict, int Machines, DrainState? Drain)
{
    /// <summary>It takes part, as far as is known: its links can be judged by what others hear of it.</summary>
    public bool Present => State is HostState.Up or HostState.Joining or HostState.Suspect or HostState.Leaving;

    public bool Gone => State == HostState.Dead;
}

/// <summary>One network, with a cable to each host.</summary>
/// <param name="Switches">Those that its cables are known to go to; empty: not known.</param>
/// <param name="Pairs">Directions that are bad although both of their cables are well: what lies between them is.</param>
public sealed record Rail(string Network, string[] Roles, string[] Switches, Cable[] Cables, PairFault[] Pairs)
{
    /// <summary>All cables that can be judged are broken: it is the network, not a cable.</summary>
    public bool Dead => Cables.Count(c => c.Worst is not (LinkState.Off or LinkState.Unknown)) > 1 && Cables.All(c => c.Worst is LinkState.Broken or LinkState.Off or LinkState.Unknown);

    internal static Rail Of(NetworkMatrix matrix, MapHost[] hosts, TopologyReport? topology)
    {
        var judge = new LinkJudge(matrix, hosts);
        Cable[] cables = [.. hosts.Select(judge.CableOf)];
        return new(matrix.Name, matrix.Roles, SwitchesOf(matrix.Name, topology), cables, [.. judge.Pairs(cables)]);
    }

    private static string[] SwitchesOf(string network, TopologyReport? topology) => topology is null ? [] :
    [
        .. topology.Edges.Where(e => e.Network == network && e.To.StartsWith("switch:", StringComparison.Ordinal)).Select(e => e.To["switch:".Length..])
            .Concat(topology.Edges.Where(e => e.From == $"network:{network}" && e.To.StartsWith("switch:", StringComparison.Ordinal)).Select(e => e.To["switch:".Length..]))
            .Distinct().Order(StringComparer.Ordinal),
    ];
}

/// <summary>A host's link to a network.</summary>
/// <param name="Sends">Whether others hear the host over it.</param>
/// <param name="Hears">Whether the host hears others over it.</param>
/// <param name="Carrier">By its kernel; null: not known.</param>
/// <param name="Bond">The cables that it is made of; null: one, or not known.</param>
public sealed record Cable(string Host, string Network, Way Sends, Way Hears, bool? Carrier, Bond? Bond)
{
    public LinkState Worst => Carrier == false || Sends.State == LinkState.Broken || Hears.State == LinkState.Broken ? LinkState.Broken
        : HasLostMember || Sends.State == LinkState.Impaired || Hears.State == LinkState.Impaired ? LinkState.Impaired
        : (LinkState)Math.Max((int)Sends.State, (int)Hears.State);

    public bool HasLostMember => Bond is { } bond && bond.Up < bond.Members;
}

/// <summary>One direction of a cable.</summary>
/// <param name="LossPercent">The least that any partner loses: what the cable itself costs.</param>
/// <param name="DelayMs">The shortest to any partner.</param>
/// <param name="HoleBytes">No partner gets packets of this size.</param>
public sealed record Way(LinkState State, double? LossPercent = null, double? DelayMs = null, int? HoleBytes = null);

/// <summary>A bad direction between two hosts whose cables are well.</summary>
public sealed record PairFault(string Network, Direction Direction, LinkState State);

/// <summary>One datastore, with each host's way to it.</summary>
public sealed record StoreRail(string Name, StoreLink[] Links)
{
    internal static IEnumerable<StoreRail> Of(HostSummary[] all, MapHost[] hosts) => all.SelectMany(h => h.Datastores.Select(d => d.Name)).Distinct().Order(StringComparer.Ordinal)
        .Select(name => new StoreRail(name, [.. hosts.Select(h => Link(name, h, all.First(a => a.Name == h.Name)))]));

    private static StoreLink Link(string store, MapHost host, HostSummary summary) => summary.Datastores.FirstOrDefault(d => d.Name == store) switch
    {
        _ when host.Gone => new(host.Name, store, LinkState.Off, null),
        { State: Health.Ok } => new(host.Name, store, LinkState.Fine, null),
        { State: Health.Degraded } link => new(host.Name, store, LinkState.Impaired, link.Reason),
        { State: Health.Lost } link => new(host.Name, store, LinkState.Broken, link.Reason),
        { } link => new(host.Name, store, LinkState.Unknown, link.Reason),
        null => new(host.Name, store, LinkState.Unknown, null),
    };
}

/// <param name="Reason">The agents' word for it, like "expired".</param>
public sealed record StoreLink(string Host, string Store, LinkState State, string? Reason);
