using System.Collections.Immutable;
using System.Net;
using Holdfast.Core.Topology;

namespace Holdfast.Adapters.Linux.Survey;

/// <summary>One of the cluster's networks, as configured on this host.</summary>
/// <param name="Interface">Null: the one that has <paramref name="Address"/>.</param>
public sealed record SurveyedNetwork(string Name, string? Interface, string Address);

public sealed record SurveyedDatastore(string Name, string Path);

/// <summary>From what programs and the kernel print to what it says of the cluster's networks and datastores.</summary>
internal static class SightMaker
{
    /// <summary>Bridges on bonds on VLANs on bridges: nobody stacks as many.</summary>
    private const int Deepest = 8;

    /// <summary>Null: this host has no such interface.</summary>
    public static SeenLink? Link(SurveyedNetwork network, ImmutableArray<KernelLink> links, IReadOnlyDictionary<string, SeenPort> neighbours)
    {
        var first = links.FirstOrDefault(l => network.Interface is { } named ? l.Name == named : network.Address.Length > 0 && l.Addresses.Contains(network.Address));
        if (first is null)
        {
            return null;
        }

        var way = Below(first, links, Deepest).ToList();
        var joint = way.Find(l => l.Kind is "bond" or "team") ?? way.Find(l => l.Kind == "bridge");
        return new(
            network.Name, first.Name, joint is null ? null : joint.Mode ?? joint.Kind, way.Exists(l => l.SlowLacp && l.Mode == "802.3ad"),
            [.. way.Where(l => Lower(l, links).Count == 0 && l.Kind is not ("bond" or "team" or "bridge")).DistinctBy(l => l.Name)
                .Select(l => new SeenMember(l.Name, l.Carrier, l.Card, neighbours.GetValueOrDefault(l.Name)))],
            [.. first.Networks.Select(n => n.ToString())]);
    }

    public static SeenDatastore? Datastore(SurveyedDatastore store, IEnumerable<MountPoint> mounts, IEnumerable<MultipathMap> maps, ImmutableArray<SeenLink> links) =>
        MountPoint.Of(store.Path, mounts) is not { } mount ? null
        : maps.FirstOrDefault(m => mount.Source == $"/dev/mapper/{m.Name}" || mount.Source == $"/dev/{m.Device}") is { } map
            ? new(store.Name, mount.Type, mount.Source, map.HasOwnFabric ? [] : Reached(map.Adapters, links), map.Paths)
            : new(store.Name, mount.Type, mount.Source, Reached(mount.Server is { } server ? [server] : [], links), []);

    /// <summary>Null: one of these addresses, or every one, is in no network of the cluster.</summary>
    private static ImmutableArray<string>? Reached(ImmutableArray<IPAddress> addresses, ImmutableArray<SeenLink> links)
    {
        var networks = addresses.Select(a => links.FirstOrDefault(l => l.Subnets.Any(s => IPNetwork.Parse(s).Contains(a)))?.Network).Distinct().ToList();
        return networks.Count == 0 || networks.Contains(null) ? null : [.. networks.OfType<string>().Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<KernelLink> Below(KernelLink link, ImmutableArray<KernelLink> links, int deep) =>
        deep == 0 ? [] : [link, .. Lower(link, links).SelectMany(l => Below(l, links, deep - 1))];

    private static List<KernelLink> Lower(KernelLink link, ImmutableArray<KernelLink> links) => link.Kind switch
    {
        "bond" or "team" => [.. links.Where(l => l.Master == link.Name)],
        "bridge" => Uplinks([.. links.Where(l => l.Master == link.Name)]),
        "vlan" or "macvlan" or "ipvlan" => [.. links.Where(l => l.Name == link.Under)],
        _ => [],
    };

    /// <summary>A bridge's other ports are its machines' taps. One end of a pair of virtual cables is a container's, unless there is nothing else; one whose other end is here leads nowhere.</summary>
    private static List<KernelLink> Uplinks(List<KernelLink> ports)
    {
        var outside = ports.FindAll(p => p.Kind is "" or "bond" or "team" or "vlan" or "bridge");
        return outside.Count > 0 ? outside : ports.FindAll(p => p is { Kind: "veth", Under: null });
    }
}
