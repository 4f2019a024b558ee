using System.Collections.Immutable;
using System.Numerics;
using Holdfast.Core.Model;

namespace Holdfast.Core.Topology;

/// <summary>The known traps, as far as the layout shows them: what is neither declared nor seen cannot be known, and is not complained about.</summary>
public static class Traps
{
    /// <param name="singles">What each single failure costs (<see cref="FailureAudit.Singles"/>).</param>
    public static ImmutableArray<Trap> Of(Layout layout, IEnumerable<Blast> singles) =>
    [
        .. IsolationAddresses(layout), .. Votes(layout), .. TogetherLost(layout), .. Bonds(layout), .. FenceDevices(layout), .. SharedMigration(layout), .. Reserve(layout, singles), .. MachineTraps.Of(layout.Facts), .. SeenTraps.Of(layout.Facts, layout.Declared),
    ];

    /// <summary>They are there to tell one dead switch from a host that is cut off; behind one thing they all fall silent together.</summary>
    private static IEnumerable<Trap> IsolationAddresses(Layout layout)
    {
        var addresses = layout.Components.Where(c => c.Id.Kind == ComponentKind.Address).Select(c => c.Id).ToList();
        return addresses.Count < 2 ? [] : Kinds(layout, ComponentKind.Site, ComponentKind.Strip, ComponentKind.Stack, ComponentKind.Switch, ComponentKind.Network)
            .Where(c => new Wiring(layout, [layout.IndexOf(c)]) is var without && addresses.TrueForAll(a => !without.IsUp(layout.IndexOf(a))))
            .Select(c => new Trap("isolation-addresses", $"All isolation addresses ({string.Join(", ", addresses.Select(a => a.Name))}) are behind {c}: when it dies they answer nobody, and tell nothing. Name one behind another.", [c, .. addresses]));
    }

    private static IEnumerable<Trap> Votes(Layout layout)
    {
        var members = layout.Facts.Hosts.Where(h => h.EtcdMember).Select(h => new ComponentId(ComponentKind.Etcd, h.Name)).ToImmutableArray();
        if (members.Length > 0 && members.Length % 2 == 0)
        {
            yield return new("votes", $"etcd has {members.Length} votes: it survives no more failures than with {members.Length - 1}, and two equal halves have no quorum on either side. Use three or five members.", members);
        }
    }

    /// <summary>Networks that are there for when the other fails, on one thing.</summary>
    private static IEnumerable<Trap> TogetherLost(Layout layout)
    {
        var whole = new Wiring(layout, []);
        foreach (var component in Kinds(layout, ComponentKind.Stack, ComponentKind.Switch, ComponentKind.Trunk, ComponentKind.Card))
        {
            var without = new Wiring(layout, [layout.IndexOf(component)]);
            var lost = Enumerable.Range(0, layout.Networks.Length).Where(n => layout.Facts.Hosts.Any(h => Loses(whole.Meets(n, h.Slot), without.Meets(n, h.Slot)))).Select(n => layout.Facts.Networks[n].Name).ToList();
            if (lost.Count > 1)
            {
                yield return new("together", $"The networks {string.Join(" and ", lost)} are all on {component}: one failure takes them away together. Put them on separate ones.", [component]);
            }
        }

        // A trunk that falls parts the hosts into groups, and the smaller one loses most of the others.
        static bool Loses(ulong before, ulong after) => BitOperations.PopCount(after) * 2 < BitOperations.PopCount(before);
    }

    private static IEnumerable<Trap> Bonds(Layout layout) =>
        from cable in layout.Edges
        where cable.Role == EdgeRole.Plugged && cable.From.Kind == ComponentKind.Nic && cable.Confidence != Confidence.Inferred
        group cable by (Link: cable.From.Name[..cable.From.Name.LastIndexOf('/')], cable.Network) into bond
        where bond.Count() > 1 && bond.Select(c => c.To).Distinct().Count() == 1
        select new Trap("bond", $"All members of the bond {bond.Key.Link} are in {bond.First().To}: it survives a cable, not the switch. Plug one into another switch.", [.. bond.Select(c => c.From), bond.First().To]);

    private static IEnumerable<Trap> FenceDevices(Layout layout)
    {
        foreach (var host in layout.Facts.Hosts)
        {
            var devices = host.Fences.Select(f => (Level: f, Id: new ComponentId(ComponentKind.Fence, $"{host.Name}/{f.Name}"))).ToList();
            foreach (var (level, id) in devices.Where(d => d.Level.CutsPath))
            {
                if (AskedOver(layout, host, id) is { } network && Network(layout, network).Has(NetworkRoles.Storage))
                {
                    yield return new("fence-path", $"{id} has to cut {host.Name} off the storage and is asked over the network {network}, which is what it cuts: ask it over another one.", [id]);
                }
            }

            foreach (var strip in Kinds(layout, ComponentKind.Strip, ComponentKind.Site))
            {
                var without = new Wiring(layout, [layout.IndexOf(strip)]);
                if (devices.Count > 0 && (without.On & (1UL << host.Slot)) == 0 && devices.TrueForAll(d => !without.IsUp(layout.IndexOf(d.Id))))
                {
                    yield return new("fence-power", $"{strip} feeds {host.Name} and all its fence devices: when it fails no device can confirm that {host.Name} is off. Feed one of them from another.", [strip, .. devices.Select(d => d.Id)]);
                }
            }
        }
    }

    /// <summary>By the topology file, else by the address that the configuration gives it; null: not known.</summary>
    private static string? AskedOver(Layout layout, HostFacts host, ComponentId device) =>
        layout.Edges.FirstOrDefault(e => e.Role == EdgeRole.Plugged && e.From == device)?.Network
            ?? (host.FenceAddresses.TryGetValue(device.Name[(host.Name.Length + 1)..], out var address) ? LayoutBuilder.PlaceOf(address, layout.Facts)?.Network : null);

    private static IEnumerable<Trap> SharedMigration(Layout layout) =>
        layout.Facts.SharedPathMiB > 0 ? [] : layout.Facts.MigrationNetworks.Where(n => Network(layout, n).Has(NetworkRoles.Cluster)).Select(n => new Trap(
            "migration", $"Migrations may take all of the network {n}, which carries the cluster's coordination: set migrationSharedMiB, or give them a network of their own.", [new(ComponentKind.Network, n)]));

    private static IEnumerable<Trap> Reserve(Layout layout, IEnumerable<Blast> singles) =>
        from blast in singles
        where blast is { Components: [{ Kind: ComponentKind.Host }], LackRoom: > 0 }
        let host = blast.Components[0]
        where layout.TryIndexOf(host) is not null
        select new Trap("reserve", $"When {host.Name} dies, {blast.LackRoom} of its machines find no host with room. Free memory for them, or give them less.", [host]);

    private static ClusterNetwork Network(Layout layout, string name) => layout.Facts.Networks.First(n => n.Name == name).Network;

    private static IEnumerable<ComponentId> Kinds(Layout layout, params ComponentKind[] kinds) => layout.Components.Select(c => c.Id).Where(c => kinds.Contains(c.Kind));
}
