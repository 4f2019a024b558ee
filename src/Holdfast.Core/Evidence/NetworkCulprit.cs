using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Core.Evidence;

/// <summary>
/// Names what is most likely broken when some directions between hosts are down or lossy: a cable, one direction of it, a switch, a link between
/// switches, or a host itself. A guess for people; nothing is decided by it.
/// </summary>
public static class NetworkCulprit
{
    /// <summary>Losing fewer beats than this is no fault to name.</summary>
    public const double NotableLoss = 0.05;

    /// <param name="measured">From one host to another (slots) per network, where it was measured.</param>
    /// <returns>One phrase a culprit, the most comprehensive first; empty when nothing is wrong.</returns>
    public static ImmutableArray<string> Of(ClusterPicture picture, IReadOnlyDictionary<(string Network, int From, int To), DirectionMeasured> measured)
    {
        var silent = picture.Hosts.Where(h => h.Presence == Presence.Silent).Select(h => $"{h.Name} itself: silent on every network and datastore, so off, hung or cut off whole (unknown, not dead)");
        var dead = picture.Hosts.Where(h => h.Presence == Presence.Dead).Select(h => $"{h.Name} itself: {h.Death}");
        return [.. Whole(picture) is { } whole ? [whole] : Parts(picture, measured), .. silent, .. dead];
    }

    /// <summary>What the owner of the picture cannot tell network by network, because it hears nobody on any.</summary>
    private static string? Whole(ClusterPicture picture) => IsolationVerdict.Of(picture, picture.Self) switch
    {
        Verdict.Isolated => $"{picture.Of(picture.Self).Name}'s cables, all of them ({string.Join(", ", picture.Networks.Select(n => n.Name))})",
        Verdict.NetworkDead when picture.Alive.Count() > 2 => $"every switch ({string.Join(", ", picture.Networks.Select(n => n.Name))})",
        _ => null,
    };

    private static ImmutableArray<string> Parts(ClusterPicture picture, IReadOnlyDictionary<(string Network, int From, int To), DirectionMeasured> measured)
    {
        var networks = picture.Networks.Select(n => new NetworkLinks(picture, n.Name, measured)).ToList();

        // Cables of one host on every network at once are one thing to look at.
        var whole = networks.Count < 2 ? [] : picture.Alive.Where(h => networks.All(n => n.CutOff.Contains(h))).ToImmutableArray();
        return
        [
            .. whole.Select(h => $"{h.Name}'s cables, all of them ({string.Join(", ", networks.Select(n => n.Name))})"),
            .. networks.SelectMany(n => n.Culprits(whole)),
            .. networks.SelectMany(n => n.Lossy()),
            .. networks.SelectMany(n => n.Narrow()),
        ];
    }

    internal static string Percent(double loss) => string.Create(CultureInfo.InvariantCulture, $"{loss * 100:0} %");
}

/// <param name="Loss">0 to 1.</param>
/// <param name="Hole">Packets of this many bytes do not pass, though smaller ones do; 0: no such hole is known.</param>
public readonly record struct DirectionMeasured(double Loss, int Hole = 0);
