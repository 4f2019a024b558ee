using Holdfast.Api;

namespace Holdfast.Console.Map;

/// <summary>
/// Tells a broken cable from a broken way between two hosts: a cable is bad when it is bad to every partner that could be heard. A picture for people, like
/// the agents' own culprits, which stand beside it; nothing is decided by it.
/// </summary>
internal sealed class LinkJudge(NetworkMatrix matrix, MapHost[] hosts)
{
    /// <summary>Losing less is no fault to show, as for the agents (NetworkCulprit.NotableLoss).</summary>
    public const double NotableLoss = 5;

    private readonly Dictionary<(string From, string To), Direction> directions = matrix.Directions.ToDictionary(d => (d.From, d.To));

    public Cable CableOf(MapHost host)
    {
        var link = matrix.Links?.FirstOrDefault(l => l.Host == host.Name);
        if (!host.Present)
        {
            var nothing = new Way(host.Gone ? LinkState.Off : LinkState.Unknown);
            return new(host.Name, matrix.Name, nothing, nothing, host.Gone ? null : link?.Carrier, null);
        }

        // A partner without a carrier says nothing about this host's cable.
        var partners = hosts.Where(h => h.Name != host.Name && h.Present && matrix.Links?.Any(l => l.Host == h.Name && !l.Carrier) != true).Select(h => h.Name).ToList();
        return new(host.Name, matrix.Name,
            WayOf(partners.Select(p => directions.GetValueOrDefault((host.Name, p)))), WayOf(partners.Select(p => directions.GetValueOrDefault((p, host.Name)))), link?.Carrier, link?.Bond);
    }

    public IEnumerable<PairFault> Pairs(Cable[] cables)
    {
        var sound = cables.ToDictionary(c => c.Host);
        return matrix.Directions
            .Where(d => sound.TryGetValue(d.From, out var from) && sound.TryGetValue(d.To, out var to)
                && from.Sends.State == LinkState.Fine && to.Hears.State == LinkState.Fine && from.Carrier != false && to.Carrier != false)
            .Select(d => new PairFault(matrix.Name, d, StateOf(d))).Where(p => p.State >= LinkState.Impaired);
    }

    public static LinkState StateOf(Direction direction) => direction switch
    {
        { State: Health.Lost } => LinkState.Broken,
        { State: Health.Unknown } => LinkState.Unknown,
        { State: Health.Degraded } or { LossPercent: >= NotableLoss } or { HoleBytes: not null } => LinkState.Impaired,
        _ => LinkState.Fine,
    };

    private static Way WayOf(IEnumerable<Direction?> to)
    {
        var known = to.OfType<Direction>().Where(d => d.State != Health.Unknown).ToList();
        return known.Count == 0 ? new(LinkState.Unknown)
            : new(known.Min(StateOf), known.Min(d => d.LossPercent), known.Min(d => d.DelayMs), known.All(d => d.HoleBytes is not null) ? known.Min(d => d.HoleBytes) : null);
    }
}
