using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Core.Topology;

/// <summary>Traps that only the hosts themselves can see.</summary>
internal static class SeenTraps
{
    /// <summary>How long a bond waits for its partner's sign of life with the long timeout of IEEE 802.1AX: three times 30 s.</summary>
    private static readonly TimeSpan LongTimeout = TimeSpan.FromSeconds(90);

    public static IEnumerable<Trap> Of(ClusterFacts facts, Declaration declared) => facts.Hosts.SelectMany(h => Lacp(facts, h).Concat(Differs(facts, declared, h)).Concat(Paths(h)));

    private static IEnumerable<Trap> Lacp(ClusterFacts facts, HostFacts host) =>
        host.Sight.Links.Where(l => l.SlowLacp && facts.Plan.Ttl < LongTimeout && host.Networks.Contains(l.Network)).Select(l => new Trap(
            "lacp",
            string.Create(CultureInfo.InvariantCulture, $"The bond {host.Name}/{l.Network} ({l.Interface}) notices only after {LongTimeout.TotalSeconds:0} s that a switch is silent, and a lease lasts {facts.Plan.Ttl.TotalSeconds:0.#} s: set lacp_rate fast on it, and the short timeout at its switches."),
            [new(ComponentKind.Link, $"{host.Name}/{l.Network}")]));

    /// <summary>Somebody replugged a cable, or wrote down another one.</summary>
    private static IEnumerable<Trap> Differs(ClusterFacts facts, Declaration declared, HostFacts host) =>
        from link in declared.Links
        where link.Of == host.Name
        from said in link.Members
        let seen = host.Sight.LinkTo(link.Network)?.Members.FirstOrDefault(m => m.Nic == said.Nic)?.Port
        where seen is not null
        let name = new Cabling(facts, declared).NameOf(seen)
        where name != said.Switch
        select new Trap(
            "differs", $"{said.Nic} of {host.Name} is declared to be in switch:{said.Switch}, and LLDP says that it is in {name} (port {seen.Port}): what is declared was taken. Replug it, or correct links in the topology file (a switch that calls itself otherwise: switches.lldp).",
            [new(ComponentKind.Switch, said.Switch)]);

    private static IEnumerable<Trap> Paths(HostFacts host)
    {
        foreach (var store in host.Sight.Datastores.Where(d => d.Paths.Length > 0))
        {
            var (working, id) = (store.Paths.Where(p => p.Works).ToList(), new ComponentId(ComponentKind.Datastore, store.Name));
            if (working.Count < 2)
            {
                yield return new("paths", $"{(working.Count == 0 ? "No path" : "Only one path")} of {store.Paths.Length} from {host.Name} to datastore {store.Name} works: see 'multipath -ll' on {host.Name}.", [id]);
            }
            else if (working[0].Card is { } card && working.TrueForAll(p => p.Card == card))
            {
                yield return new("paths", $"All {working.Count} paths that work from {host.Name} to datastore {store.Name} go through the card {card}: they survive a cable, not the card. Connect a second one.", [id]);
            }
        }
    }
}
