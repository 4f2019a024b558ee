using System.Collections.Immutable;
using System.Net;
using Holdfast.Core.Evidence;
using Holdfast.Core.Model;

namespace Holdfast.Core.Topology;

/// <summary>
/// Puts together what the cluster knows, what its hosts see (<see cref="Cabling"/>) and what is declared. What nobody says is inferred so that the most is lost: a network without a declared switch is one switch of its name, and a datastore
/// without declared networks is reached over every network of the role storage.
/// </summary>
internal sealed class LayoutBuilder(ClusterFacts facts, Declaration declared)
{
    private readonly SortedDictionary<ComponentId, Component> components = [];
    private readonly List<Edge> edges = [];
    private readonly Cabling cabling = new(facts, declared);

    public (ImmutableArray<Component> Components, ImmutableArray<Edge> Edges) Build()
    {
        AddPower();
        AddNetworks();
        foreach (var host in facts.Hosts)
        {
            AddHost(host);
        }

        foreach (var store in facts.Datastores)
        {
            AddDatastore(store);
        }

        foreach (var network in facts.Networks)
        {
            JoinSeenSwitches(network.Name);
        }

        foreach (var address in facts.IsolationAddresses)
        {
            AddAddress(address);
        }

        return ([.. components.Values], [.. edges]);
    }

    /// <summary>Networks that a datastore is reached over, and who says so.</summary>
    public static (ImmutableArray<string> Networks, Told Told) NetworksOf(DatastoreFacts store, ClusterFacts facts, Declaration declared) =>
        declared.Datastores.FirstOrDefault(d => d.Name == store.Name)?.Networks is { } named
            ? ([.. named], Told.Declared)
            : facts.Hosts.SelectMany(h => h.Sight.Datastores.Where(d => d.Name == store.Name && d.Networks is not null).Select(d => (d.Networks, Host: h.Name))).ToList() is [var first, ..] seen
                ? ([.. seen.SelectMany(s => s.Networks!.Value).Distinct().Order(StringComparer.Ordinal)], Told.Kernel(first.Host))
                : ([.. facts.Networks.Where(n => n.Network.Has(NetworkRoles.Storage)).Select(n => n.Name)], Told.Nobody);

    /// <summary>Where a device with this address is: the network whose hosts have addresses of the same range, and the first of these hosts.</summary>
    internal static (string Network, string Host)? PlaceOf(string address, ClusterFacts facts) => IPAddress.TryParse(address, out var ip)
        ? facts.Hosts.SelectMany(h => h.Sight.Links.Where(l => l.Subnets.Any(s => IPNetwork.Parse(s).Contains(ip))).Select(l => ((string, string)?)(l.Network, h.Name))).FirstOrDefault() : null;

    private void AddPower()
    {
        foreach (var site in declared.Sites)
        {
            Add(new(ComponentKind.Site, site.Name), Told.Declared);
        }

        foreach (var strip in declared.Strips)
        {
            Feed(Add(new(ComponentKind.Strip, strip.Name), Told.Declared), null, strip.Site);
        }

        foreach (var stack in declared.Stacks)
        {
            Add(new(ComponentKind.Stack, stack.Name), Told.Declared);
        }

        foreach (var one in declared.Switches)
        {
            var id = Add(new(ComponentKind.Switch, one.Name), Told.Declared);
            Feed(id, one.Strips, one.Site);
            Need(id, one.Stack is { } stack ? new ComponentId(ComponentKind.Stack, stack) : null, Confidence.Declared);
        }

        foreach (var trunk in declared.Trunks)
        {
            var id = Add(new(ComponentKind.Trunk, DeclarationRules.TrunkName(trunk)), Told.Declared);
            Need(id, Switch(trunk.One, Told.Declared), Confidence.Declared);
            Need(id, Switch(trunk.Other, Told.Declared), Confidence.Declared);
        }
    }

    private void AddNetworks()
    {
        foreach (var network in facts.Networks)
        {
            Add(new(ComponentKind.Network, network.Name), Told.Configured, network.Network.RoleWords);
        }
    }

    private void AddHost(HostFacts host)
    {
        var id = Add(new(ComponentKind.Host, host.Name), Told.Configured);
        var said = declared.Hosts.FirstOrDefault(h => h.Name == host.Name);
        Feed(id, said?.Strips, said?.Site);
        foreach (var network in facts.Networks.Where(n => host.Networks.Contains(n.Name)))
        {
            AddLink(host.Name, network.Name, id, host.Links.GetValueOrDefault(network.Name), host.Sight.LinkTo(network.Name) is null ? Told.Configured : Told.Kernel(host.Name));
        }

        foreach (var level in host.Fences)
        {
            AddFence(host.Name, level.Name);
        }

        if (host.EtcdMember)
        {
            Need(Add(new(ComponentKind.Etcd, host.Name), Told.Configured), id, Confidence.Seen);
        }
    }

    private void AddDatastore(DatastoreFacts store)
    {
        var (networks, told) = NetworksOf(store, facts, declared);
        var id = Add(new(ComponentKind.Datastore, store.Name), Told.Configured, $"{(networks.IsEmpty ? "reached over no network of the cluster" : $"reached over {string.Join(", ", networks)}")}{Mounted(store)}");
        var said = declared.Datastores.FirstOrDefault(d => d.Name == store.Name);
        Feed(id, said?.Strips, said?.Site);
        foreach (var network in networks)
        {
            AddLink(store.Name, network, null, null, told);
        }
    }

    /// <summary>In words, as the first host that says it has it mounted.</summary>
    private string Mounted(DatastoreFacts store) =>
        facts.Hosts.Select(h => (h.Name, Seen: h.Sight.Datastores.FirstOrDefault(d => d.Name == store.Name))).FirstOrDefault(h => h.Seen is not null) is ({ } host, { } seen)
            ? $"; {seen.Type} from {seen.Source}{(seen.Paths.IsEmpty ? "" : $", {seen.Paths.Count(p => p.Works)} of {seen.Paths.Length} paths work")} at {host}" : "";

    /// <param name="host">Null: it is a datastore's.</param>
    private void AddLink(string of, string network, ComponentId? host, OwnLink? own, Told told)
    {
        var cables = cabling.Of(of, network);
        var bond = own?.Bond is { } b ? $"bond ({b.Mode}), {b.Up} of {b.Members} members carry it" : "";
        var link = Add(new(ComponentKind.Link, $"{of}/{network}"), told, cables is [{ Detail.Length: > 0 } only] ? $"{only.Nic}: {only.Detail}" : bond);
        Need(link, host, told.Confidence);
        foreach (var cable in cables)
        {
            var port = cables.Length == 1 ? link : Add(new(ComponentKind.Nic, $"{of}/{network}/{cable.Nic}"), cable.Confidence, cable.Detail);
            if (port != link)
            {
                Need(port, host, told.Confidence);
                edges.Add(new(link, port, EdgeRole.OneOf, cable.Confidence.Confidence));
            }

            AddCards(of, host, port, cable);
            edges.Add(new(port, Switch(cable.Switch, cable.Plugged), EdgeRole.Plugged, cable.Plugged.Confidence, network));
        }
    }

    /// <summary>The card that a cable is plugged into, and, where several networks go over one cable (VLANs), that cable itself.</summary>
    private void AddCards(string of, ComponentId? host, ComponentId port, Cable cable)
    {
        var shared = facts.Hosts.FirstOrDefault(h => h.Name == of)?.Sight.Links.Where(l => l.Members.Any(m => m.Nic == cable.Nic)).Select(l => l.Network).ToList() is { Count: > 1 } networks ? networks : null;
        foreach (var (name, told, detail) in new[] { (cable.Card, cable.CardTold, ""), (shared is null ? null : cable.Nic, Told.Kernel(of), $"one cable for {string.Join(", ", shared ?? [])}") })
        {
            if (name is not null)
            {
                var card = Add(new(ComponentKind.Card, $"{of}/{name}"), told, detail);
                Need(card, host, told.Confidence);
                Need(port, card, told.Confidence);
            }
        }
    }

    /// <summary>
    /// LLDP tells what is at the end of a cable, not what joins the switches. Nothing says that they are parted either, and hosts hear each other: so whatever joins them is taken to be one thing, the switch
    /// that a network without declaration is.
    /// </summary>
    private void JoinSeenSwitches(string network)
    {
        var plugged = edges.Where(e => e.Role == EdgeRole.Plugged && e.Network == network && e.From.Kind is ComponentKind.Link or ComponentKind.Nic).ToList();
        var switches = plugged.Select(e => e.To).Distinct().Order().ToList();
        if (plugged.TrueForAll(e => e.Confidence != Confidence.Seen) || Parts(switches) < 2)
        {
            return;
        }

        var middle = Switch(network, Told.Nobody);
        foreach (var other in switches.Where(s => s != middle))
        {
            var trunk = Add(new(ComponentKind.Trunk, DeclarationRules.TrunkName(new(other.Name, middle.Name))), Told.Nobody, $"carries {network}");
            edges.Add(new(trunk, other, EdgeRole.Needs, Confidence.Inferred, network));
            edges.Add(new(trunk, middle, EdgeRole.Needs, Confidence.Inferred, network));
        }
    }

    /// <summary>Groups of switches that no declared trunk joins.</summary>
    private int Parts(List<ComponentId> switches)
    {
        var part = switches.Select(s => s.Name).Concat(declared.Trunks.SelectMany(t => new[] { t.One, t.Other })).Distinct().ToDictionary(s => s, s => s, StringComparer.Ordinal);
        foreach (var trunk in declared.Trunks)
        {
            var (one, other) = (part[trunk.One], part[trunk.Other]);
            foreach (var name in part.Where(p => p.Value == other).Select(p => p.Key).ToList())
            {
                part[name] = one;
            }
        }

        return switches.Select(s => part[s.Name]).Distinct().Count();
    }

    private void AddFence(string host, string level)
    {
        var said = declared.Fences.FirstOrDefault(f => f.Host == host && f.Device == level);
        var id = Add(new(ComponentKind.Fence, $"{host}/{level}"), Told.Configured, said?.Network is { } over ? $"asked over {over}" : "");
        Feed(id, said?.Strips, null);
        if (said is { Network: { } network, Switch: { } plugged })
        {
            edges.Add(new(id, Switch(plugged, Told.Declared), EdgeRole.Plugged, Confidence.Declared, network));
        }
    }

    /// <summary>Behind what is declared; else it is the switch that gives it as its own; else somewhere in the network whose hosts have addresses of its range.</summary>
    private void AddAddress(string address)
    {
        var place = PlaceOf(address, facts);
        var id = Add(new(ComponentKind.Address, address), Told.Configured, place is { } p ? $"in network {p.Network}" : "");
        if (declared.Addresses.FirstOrDefault(a => a.Address == address) is { } said)
        {
            Need(id, Switch(said.Switch, Told.Declared), Confidence.Declared);
        }
        else if (facts.Hosts.SelectMany(h => h.Sight.Links).SelectMany(l => l.Members).FirstOrDefault(m => m.Port?.Addresses.Contains(address) == true)?.Port is { } own)
        {
            var known = new ComponentId(ComponentKind.Switch, cabling.NameOf(own));
            Need(id, components.ContainsKey(known) ? known : null, Confidence.Seen);
        }
        else if (place is { } network)
        {
            Need(id, new ComponentId(ComponentKind.Network, network.Network), Confidence.Seen);
        }
    }

    private ComponentId Switch(string name, Told told) => Add(new(ComponentKind.Switch, name), told, told == Told.Nobody ? "nothing is declared or seen: taken to be one switch" : "");

    /// <summary>The first who adds it knows most; but who sees, or declares, knows more than who infers.</summary>
    private ComponentId Add(ComponentId id, Told told, string detail = "")
    {
        if (!components.TryGetValue(id, out var known) || (known.Confidence == Confidence.Inferred && told.Confidence != Confidence.Inferred))
        {
            components[id] = new(id, told.Confidence, told.Source, detail);
        }

        return id;
    }

    private void Feed(ComponentId id, string[]? strips, string? site)
    {
        foreach (var strip in strips ?? [])
        {
            edges.Add(new(id, new(ComponentKind.Strip, strip), EdgeRole.OneOf, Confidence.Declared));
        }

        Need(id, site is null ? null : new ComponentId(ComponentKind.Site, site), Confidence.Declared);
    }

    private void Need(ComponentId id, ComponentId? needed, Confidence confidence)
    {
        if (needed is { } other)
        {
            edges.Add(new(id, other, EdgeRole.Needs, confidence));
        }
    }
}
