using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Core.Evidence;

/// <summary>All directions of one network between living hosts, and which part of it explains those that are down.</summary>
internal sealed class NetworkLinks
{
    private readonly IReadOnlyDictionary<(string Network, int From, int To), DirectionMeasured> measured;
    private readonly ImmutableArray<HostPicture> hosts;

    public NetworkLinks(ClusterPicture picture, string name, IReadOnlyDictionary<(string Network, int From, int To), DirectionMeasured> measured)
    {
        (Name, this.measured) = (name, measured);
        hosts = [.. picture.Alive];
        CutOff = [.. hosts.Where(IsCutOff)];
    }

    public string Name { get; }

    /// <summary>Every known direction from and to it is down.</summary>
    public ImmutableArray<HostPicture> CutOff { get; }

    private bool AllDown => CutOff.Length == hosts.Length;

    /// <param name="named">Hosts whose cables were named already.</param>
    public IEnumerable<string> Culprits(ImmutableArray<HostPicture> named)
    {
        if (hosts.Length > 1 && AllDown)
        {
            // A switch without power takes every carrier away; one cable takes its own host's.
            var unplugged = hosts.Where(h => h.Unplugged.Contains(Name)).ToList();
            return unplugged.Count > 0 && unplugged.Count < hosts.Length ? unplugged.Select(Cable)
                : [hosts.Length > 2 ? $"the {Name} switch" : $"the {Name} network between {hosts[0].Name} and {hosts[1].Name}: its switch, or the cable of one of them"];
        }

        var rest = hosts.Except(CutOff).ToImmutableArray();
        return [.. CutOff.Except(named).Select(Cable), .. Among(rest)];
    }

    /// <summary>The network works, and loses packets.</summary>
    public IEnumerable<string> Lossy()
    {
        var lossy = Directions(hosts).Where(d => Up(d) == true && Loss(d) >= NetworkCulprit.NotableLoss).ToList();
        var known = Directions(hosts).Where(d => Up(d) == true && measured.ContainsKey((Name, d.From.Slot, d.To.Slot))).ToList();
        if (lossy.Count == 0)
        {
            return [];
        }

        var worst = NetworkCulprit.Percent(lossy.Max(Loss));
        var touched = hosts.Where(h => known.Where(d => Touches(d, h)).All(lossy.Contains) && lossy.All(d => Touches(d, h))).ToList();
        var senders = lossy.Select(d => d.From).Distinct().ToList();
        var listeners = lossy.Select(d => d.To).Distinct().ToList();
        return touched is [var only] ? [$"{only.Name}'s {Name} cable loses up to {worst}"]
            : senders is [var sender] && listeners.Count > 1 ? [$"{sender.Name}'s {Name} cable or card, sending, loses up to {worst}"]
            : listeners is [var listener] && senders.Count > 1 ? [$"{listener.Name}'s {Name} cable or card, receiving, loses up to {worst}"]
            : lossy.Count == known.Count && hosts.Length > 2 ? [$"the {Name} switch loses up to {worst}"]
            : [$"the {Name} network loses up to {worst}: {string.Join(", ", lossy.Select(d => $"{d.From.Name} to {d.To.Name}"))}"];
    }

    /// <summary>The network works, and does not carry packets of full size.</summary>
    public IEnumerable<string> Narrow()
    {
        var holed = Directions(hosts).Where(d => Measured(d).Hole > 0).ToList();
        if (holed.Count == 0)
        {
            return [];
        }

        var bytes = holed.Min(d => Measured(d).Hole).ToString(CultureInfo.InvariantCulture);
        var touched = hosts.Where(h => holed.All(d => Touches(d, h))).ToList();
        return touched is [var only] && hosts.Length > 2 ? [$"{only.Name}'s {Name} cable or port passes no packets of {bytes} bytes (MTU)"]
            : holed.Count == hosts.Length * (hosts.Length - 1) && hosts.Length > 2 ? [$"the {Name} switch passes no packets of {bytes} bytes (MTU)"]
            : [$"the {Name} network passes no packets of {bytes} bytes (MTU): {string.Join(", ", holed.Select(d => $"{d.From.Name} to {d.To.Name}"))}"];
    }

    private string Cable(HostPicture host) => $"{host.Name}'s {Name} cable{(host.Unplugged.Contains(Name) ? " (no carrier)" : "")}";

    private IEnumerable<string> Among(ImmutableArray<HostPicture> rest)
    {
        var down = Directions(rest).Where(d => Up(d) == false).ToList();
        if (down.Count == 0)
        {
            return [];
        }

        var deaf = rest.Length < 3 ? [] : rest.Where(h => Directions(rest).Where(d => d.To == h).All(down.Contains)).ToList();
        var mute = rest.Length < 3 ? [] : rest.Where(h => Directions(rest).Where(d => d.From == h).All(down.Contains)).ToList();
        var left = down.Where(d => !deaf.Contains(d.To) && !mute.Contains(d.From)).ToList();
        return
        [
            .. deaf.Select(h => $"{h.Name}'s {Name} cable or card, receiving: it is heard and hears nobody"),
            .. mute.Select(h => $"{h.Name}'s {Name} cable or card, sending: it hears the others and is not heard"),
            .. left.Count == 0 ? [] : Split(rest, left),
        ];
    }

    /// <summary>Two or more groups without a direction between them, or single paths.</summary>
    private IEnumerable<string> Split(ImmutableArray<HostPicture> rest, List<(HostPicture From, HostPicture To)> down)
    {
        var groups = Groups(rest);
        if (groups.Count > 1 && Directions(rest).Where(d => Up(d) == true).All(d => groups.Any(g => g.Contains(d.From) && g.Contains(d.To))))
        {
            return [$"a link between switches of {Name}: {string.Join(" | ", groups.Select(g => string.Join(", ", g.Select(h => h.Name))))}"];
        }

        return down.Where(d => d.From.Slot < d.To.Slot || !down.Contains((d.To, d.From)))
            .Select(d => down.Contains((d.To, d.From)) ? $"the path between {d.From.Name} and {d.To.Name} on {Name}" : $"the path from {d.From.Name} to {d.To.Name} on {Name} (one way only)");
    }

    private List<List<HostPicture>> Groups(ImmutableArray<HostPicture> rest)
    {
        List<List<HostPicture>> groups = [];
        foreach (var host in rest.Where(h => !groups.Any(g => g.Contains(h))))
        {
            List<HostPicture> group = [host];
            for (var n = 0; n < group.Count; n++)
            {
                group.AddRange(rest.Where(h => !group.Contains(h) && Up((group[n], h)) == true && Up((h, group[n])) == true));
            }

            groups.Add(group);
        }

        return groups;
    }

    private bool IsCutOff(HostPicture host)
    {
        var known = Directions(hosts).Where(d => Touches(d, host) && Up(d) is not null).ToList();
        return known.Count > 0 && known.All(d => Up(d) == false);
    }

    private bool? Up((HostPicture From, HostPicture To) d) => ClusterPicture.Hears(d.To, d.From, Name);

    private double Loss((HostPicture From, HostPicture To) d) => Measured(d).Loss;

    private DirectionMeasured Measured((HostPicture From, HostPicture To) d) => measured.GetValueOrDefault((Name, d.From.Slot, d.To.Slot));

    private static bool Touches((HostPicture From, HostPicture To) d, HostPicture host) => d.From == host || d.To == host;

    private static IEnumerable<(HostPicture From, HostPicture To)> Directions(ImmutableArray<HostPicture> among) =>
        among.SelectMany(a => among.Where(b => b != a).Select(b => (a, b)));
}
