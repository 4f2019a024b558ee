namespace Holdfast.Core.Topology;

/// <summary>What a declaration must hold. Every complaint names the field, what is wrong and what would be right.</summary>
internal static class DeclarationRules
{
    public static IEnumerable<string> Problems(Declaration d, ClusterFacts facts)
    {
        // With a doubled name everything that refers to it is in doubt, so those come first.
        var doubled = Doubled(d).ToList();
        return doubled.Count > 0 ? doubled : Power(d).Concat(Cables(d, facts)).Concat(Known(d, facts)).Concat(Unlinked(d, facts));
    }

    private static IEnumerable<string> Doubled(Declaration d) =>
        new (string Field, IEnumerable<string> Names)[]
        {
            ("sites", d.Sites.Select(s => s.Name)),
            ("strips", d.Strips.Select(s => s.Name)),
            ("stacks", d.Stacks.Select(s => s.Name)),
            ("switches", d.Switches.Select(s => s.Name)),
            ("trunks", d.Trunks.Select(TrunkName)),
            ("networks", d.Networks.Select(n => n.Name)),
            ("hosts", d.Hosts.Select(h => h.Name)),
            ("links", d.Links.Select(l => $"{l.Of}/{l.Network}")),
            ("datastores", d.Datastores.Select(s => s.Name)),
            ("fences", d.Fences.Select(f => $"{f.Host}/{f.Device}")),
            ("addresses", d.Addresses.Select(a => a.Address)),
        }.SelectMany(f => f.Names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Key.Length == 0 || g.Count() > 1).Select(g => g.Key.Length == 0
            ? $"{f.Field} has an entry without a name; give it one."
            : $"{f.Field} names '{g.Key}' {g.Count()} times; once is enough."));

    /// <summary>The same for both orders of the two.</summary>
    public static string TrunkName(DeclaredTrunk trunk) =>
        string.CompareOrdinal(trunk.One, trunk.Other) <= 0 ? $"{trunk.One}-{trunk.Other}" : $"{trunk.Other}-{trunk.One}";

    private static IEnumerable<string> Power(Declaration d)
    {
        var (strips, sites, stacks) = (d.Strips.Select(s => s.Name).ToHashSet(), d.Sites.Select(s => s.Name).ToHashSet(), d.Stacks.Select(s => s.Name).ToHashSet());
        return d.Strips.SelectMany((s, n) => Unknown($"strips[{n}].site", s.Site, sites, "sites"))
            .Concat(d.Switches.SelectMany((s, n) => Unknown($"switches[{n}].stack", s.Stack, stacks, "stacks").Concat(Fed($"switches[{n}]", s.Strips, s.Site))))
            .Concat(d.Hosts.SelectMany((h, n) => Fed($"hosts[{n}]", h.Strips, h.Site)))
            .Concat(d.Datastores.SelectMany((s, n) => Fed($"datastores[{n}]", s.Strips, s.Site)))
            .Concat(d.Fences.SelectMany((f, n) => Fed($"fences[{n}]", f.Strips, null)));

        IEnumerable<string> Fed(string field, string[]? by, string? site) =>
            (by ?? []).SelectMany(s => Unknown($"{field}.strips", s, strips, "strips")).Concat(Unknown($"{field}.site", site, sites, "sites"));
    }

    private static IEnumerable<string> Cables(Declaration d, ClusterFacts facts)
    {
        var switches = Layout.SwitchNames(d, facts).ToHashSet(StringComparer.Ordinal);
        return d.Trunks.SelectMany((t, n) => t.One == t.Other
                ? [$"trunks[{n}] joins '{t.One}' with itself; name two switches."]
                : Unknown($"trunks[{n}].one", t.One, switches, "switches").Concat(Unknown($"trunks[{n}].other", t.Other, switches, "switches")))
            .Concat(d.Networks.SelectMany((network, n) => network.Switches.Length == 0
                ? [$"networks[{n}].switches is empty; name the switches of network '{network.Name}', or leave the entry out."]
                : network.Switches.SelectMany(s => Unknown($"networks[{n}].switches", s, switches, "switches"))))
            .Concat(d.Links.SelectMany((l, n) => l.Members.Length == 0
                ? [$"links[{n}].members is empty; name the cables of {l.Of} on network '{l.Network}', or leave the entry out."]
                : l.Members.SelectMany(m => Unknown($"links[{n}].members.switch", m.Switch, switches, "switches")).Concat(Twice(l, n))))
            .Concat(d.Fences.SelectMany((f, n) => Unknown($"fences[{n}].switch", f.Switch, switches, "switches").Concat((f.Network is null) == (f.Switch is null) ? []
                : [$"fences[{n}] of {f.Host} names {(f.Network is null ? "a switch and no network" : "a network and no switch")}; name both, or neither."])))
            .Concat(d.Addresses.SelectMany((a, n) => Unknown($"addresses[{n}].switch", a.Switch, switches, "switches")));
    }

    private static IEnumerable<string> Twice(DeclaredLink link, int n) =>
        link.Members.GroupBy(m => m.Nic, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => $"links[{n}].members names the nic '{g.Key}' of {link.Of} {g.Count()} times; each member is a nic of its own.");

    private static IEnumerable<string> Known(Declaration d, ClusterFacts facts)
    {
        var networks = facts.Networks.Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        var hosts = facts.Hosts.Select(h => h.Name).ToHashSet(StringComparer.Ordinal);
        var stores = facts.Datastores.Select(s => s.Name).ToHashSet(StringComparer.Ordinal);
        const string Cluster = "the cluster";
        return d.Hosts.SelectMany((h, n) => Unknown($"hosts[{n}].name", h.Name, hosts, Cluster))
            .Concat(d.Networks.SelectMany((network, n) => Unknown($"networks[{n}].name", network.Name, networks, Cluster)))
            .Concat(d.Links.SelectMany((l, n) => Unknown($"links[{n}].of", l.Of, [.. hosts, .. stores], Cluster).Concat(Unknown($"links[{n}].network", l.Network, networks, Cluster))))
            .Concat(d.Datastores.SelectMany((s, n) => Unknown($"datastores[{n}].name", s.Name, stores, Cluster)
                .Concat((s.Networks ?? []).SelectMany(network => Unknown($"datastores[{n}].networks", network, networks, Cluster)))))
            .Concat(d.Fences.SelectMany((f, n) => Unknown($"fences[{n}].host", f.Host, hosts, Cluster).Concat(Unknown($"fences[{n}].network", f.Network, networks, Cluster))
                .Concat(facts.Hosts.FirstOrDefault(h => h.Name == f.Host) is { } host ? Unknown($"fences[{n}].device", f.Device, [.. host.Fences.Select(l => l.Name)], $"the configuration of {f.Host}") : [])))
            .Concat(d.Addresses.SelectMany((a, n) => Unknown($"addresses[{n}].address", a.Address, [.. facts.IsolationAddresses], "isolationAddresses")));
    }

    /// <summary>A cable of something that is not on that network would be left out without a word.</summary>
    private static IEnumerable<string> Unlinked(Declaration d, ClusterFacts facts)
    {
        foreach (var (link, n) in d.Links.Select((link, n) => (link, n)).Where(l => facts.Networks.Any(known => known.Name == l.link.Network)))
        {
            if (facts.Hosts.FirstOrDefault(h => h.Name == link.Of) is { } host)
            {
                if (!host.Networks.Contains(link.Network))
                {
                    yield return $"links[{n}] is of {link.Of} on network '{link.Network}', on which that host has no address; give it one in hosts of the configuration, or leave the entry out.";
                }
            }
            else if (facts.Datastores.FirstOrDefault(s => s.Name == link.Of) is { } store && !LayoutBuilder.NetworksOf(store, facts, d).Networks.Contains(link.Network))
            {
                yield return $"links[{n}] is of {link.Of} on network '{link.Network}', over which that datastore is not reached; name the network in datastores, or leave the entry out.";
            }
        }
    }

    private static IEnumerable<string> Unknown(string field, string? name, HashSet<string> known, string where)
    {
        if (name is not null && !known.Contains(name))
        {
            var there = known.Count == 0 ? "and has none" : $"but {string.Join(", ", known.Order(StringComparer.Ordinal).Take(8))}{(known.Count > 8 ? " …" : "")}";
            yield return $"{field} names '{name}', which {where} does not have, {there}.";
        }
    }
}
