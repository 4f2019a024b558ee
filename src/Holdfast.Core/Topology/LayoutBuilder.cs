using System.Collections.Immutable;
using Holdfast.Core.Evidence;
using Holdfast.Core.Model;

namespace Holdfast.Core.Topology;

/// <summary>
/// Puts together what the cluster knows and what is declared. What nobody says is inferred so that the most is lost: a network without a declared switch is one switch of its name, and a datastore
/// without declared networks is reached over every network of the role storage.
/// </summary>
internal sealed class LayoutBuilder(ClusterFacts facts, Declaration declared)
{
    private readonly SortedDictionary<ComponentId, Component> components = [];
    private readonly List<Edge> edges = [];

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

        foreach (var address in facts.IsolationAddresses)
        {
            AddAddress(address);
        }

        return ([.. components.Values], [.. edges]);
    }

    /// <summary>Networks that a datastore is reached over, and whether somebody says so.</summary>
    public static (ImmutableArray<string> Networks, Confidence Confidence) NetworksOf(DatastoreFacts store, ClusterFacts facts, Declaration declared) =>
        declared.Datastores.FirstOrDefault(d => d.Name == store.Name)?.Networks is { } named
            ? ([.. named], Confidence.Declared)
            : ([.. facts.Networks.Where(n => n.Network.Has(NetworkRoles.Storage)).Select(n => n.Name)], Confidence.Inferred);

    private void AddPower()
    {
        foreach (var site in declared.Sites)
        {
            Add(new(ComponentKind.Site, site.Name), Confidence.Declared);
        }

        foreach (var strip in declared.Strips)
        {
            Feed(Add(new(ComponentKind.Strip, strip.Name), Confidence.Declared), null, strip.Site);
        }

        foreach (var stack in declared.Stacks)
        {
            Add(new(ComponentKind.Stack, stack.Name), Confidence.Declared);
        }

        foreach (var one in declared.Switches)
        {
            var id = Add(new(ComponentKind.Switch, one.Name), Confidence.Declared);
            Feed(id, one.Strips, one.Site);
            Need(id, one.Stack is { } stack ? new ComponentId(ComponentKind.Stack, stack) : null, Confidence.Declared);
        }

        foreach (var trunk in declared.Trunks)
        {
            var id = Add(new(ComponentKind.Trunk, DeclarationRules.TrunkName(trunk)), Confidence.Declared);
            Need(id, Switch(trunk.One), Confidence.Declared);
            Need(id, Switch(trunk.Other), Confidence.Declared);
        }
    }

    private void AddNetworks()
    {
        foreach (var network in facts.Networks)
        {
            Add(new(ComponentKind.Network, network.Name), Confidence.Seen, network.Network.RoleWords);
        }
    }

    private void AddHost(HostFacts host)
    {
        var id = Add(new(ComponentKind.Host, host.Name), Confidence.Seen);
        var said = declared.Hosts.FirstOrDefault(h => h.Name == host.Name);
        Feed(id, said?.Strips, said?.Site);
        foreach (var network in facts.Networks.Where(n => host.Networks.Contains(n.Name)))
        {
            AddLink(host.Name, network.Name, id, host.Links.GetValueOrDefault(network.Name));
        }

        foreach (var level in host.Fences)
        {
            AddFence(host.Name, level.Name);
        }

        if (host.EtcdMember)
        {
            Need(Add(new(ComponentKind.Etcd, host.Name), Confidence.Seen), id, Confidence.Seen);
        }
    }

    private void AddDatastore(DatastoreFacts store)
    {
        var (networks, confidence) = NetworksOf(store, facts, declared);
        var id = Add(new(ComponentKind.Datastore, store.Name), Confidence.Seen, networks.IsEmpty ? "reached over no network of the cluster" : $"reached over {string.Join(", ", networks)}");
        var said = declared.Datastores.FirstOrDefault(d => d.Name == store.Name);
        Feed(id, said?.Strips, said?.Site);
        foreach (var network in networks)
        {
            AddLink(store.Name, network, null, null, confidence);
        }
    }

    /// <param name="host">Null: it is a datastore's.</param>
    private void AddLink(string of, string network, ComponentId? host, OwnLink? own, Confidence confidence = Confidence.Seen)
    {
        var said = declared.Links.FirstOrDefault(l => l.Of == of && l.Network == network);
        var members = said?.Members ?? [.. SwitchesOf(network).Select(s => new DeclaredMember(s, s))];
        var bond = own?.Bond is { } b ? $"bond ({b.Mode}), {b.Up} of {b.Members} members carry it" : "";
        var link = Add(new(ComponentKind.Link, $"{of}/{network}"), confidence, bond);
        Need(link, host, confidence);
        foreach (var member in members)
        {
            var port = members.Length == 1 ? link : Add(new(ComponentKind.Nic, $"{of}/{network}/{member.Nic}"), said is null ? Confidence.Inferred : Confidence.Declared);
            if (port != link)
            {
                Need(port, host, confidence);
                edges.Add(new(link, port, EdgeRole.OneOf, Confidence.Declared));
            }

            if (member.Card is { } card)
            {
                var carrier = Add(new(ComponentKind.Card, $"{of}/{card}"), Confidence.Declared);
                Need(carrier, host, Confidence.Declared);
                Need(port, carrier, Confidence.Declared);
            }

            edges.Add(new(port, Switch(member.Switch), EdgeRole.Plugged, said is null && !IsDeclared(network) ? Confidence.Inferred : Confidence.Declared, network));
        }
    }

    private void AddFence(string host, string level)
    {
        var said = declared.Fences.FirstOrDefault(f => f.Host == host && f.Device == level);
        var id = Add(new(ComponentKind.Fence, $"{host}/{level}"), Confidence.Seen, said?.Network is { } over ? $"asked over {over}" : "");
        Feed(id, said?.Strips, null);
        if (said is { Network: { } network, Switch: { } plugged })
        {
            edges.Add(new(id, Switch(plugged), EdgeRole.Plugged, Confidence.Declared, network));
        }
    }

    private void AddAddress(string address)
    {
        var id = Add(new(ComponentKind.Address, address), Confidence.Seen);
        Need(id, declared.Addresses.FirstOrDefault(a => a.Address == address) is { } said ? Switch(said.Switch) : null, Confidence.Declared);
    }

    private bool IsDeclared(string network) => declared.Networks.Any(n => n.Name == network);

    private IEnumerable<string> SwitchesOf(string network) => declared.Networks.FirstOrDefault(n => n.Name == network)?.Switches ?? [network];

    private ComponentId Switch(string name) => Add(new(ComponentKind.Switch, name), Confidence.Inferred, "nothing is declared: taken to be one switch");

    /// <summary>The first who adds it knows most.</summary>
    private ComponentId Add(ComponentId id, Confidence confidence, string detail = "")
    {
        components.TryAdd(id, new(id, confidence, detail));
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
