using System.Collections.Immutable;

namespace Holdfast.Core.Topology;

/// <summary>One cluster's components and what each hangs on, ready to be asked what is left when some are gone (<see cref="Wiring"/>).</summary>
public sealed class Layout
{
    private readonly Dictionary<ComponentId, int> indexes;

    private Layout(ClusterFacts facts, Declaration declared, ImmutableArray<Component> components, ImmutableArray<Edge> edges)
    {
        (Facts, Declared, Components, Edges) = (facts, declared, components, edges);
        indexes = components.Select((c, n) => (c.Id, n)).ToDictionary(c => c.Id, c => c.n);
        Needs = Targets(EdgeRole.Needs);
        OneOf = Targets(EdgeRole.OneOf);
        Invariant.That(Edges.All(e => e.Role == EdgeRole.Plugged || indexes[e.To] < indexes[e.From]), "A component hangs on one of a later kind.");
        Trunks = [.. components.Where(c => c.Id.Kind == ComponentKind.Trunk).Select(c => TrunkOf(c.Id))];
        Switches = [.. components.Where(c => c.Id.Kind == ComponentKind.Switch).Select(c => IndexOf(c.Id))];
        Networks = [.. facts.Networks.Select(n => IndexOf(new(ComponentKind.Network, n.Name)))];
        Hosts = [.. facts.Hosts.Select(h => IndexOf(new(ComponentKind.Host, h.Name)))];
        Datastores = [.. facts.Datastores.Select(d => IndexOf(new(ComponentKind.Datastore, d.Name)))];
        Etcd = [.. facts.Hosts.Where(h => h.EtcdMember).Select(h => (h.Slot, IndexOf(new(ComponentKind.Etcd, h.Name))))];
        HostPorts = [.. facts.Hosts.Select(h => Ports(h.Name))];
        DatastorePorts = [.. facts.Datastores.Select(d => Ports(d.Name))];
        Fences = [.. facts.Hosts.Select(h => h.Fences.Select(f => Fence($"{h.Name}/{f.Name}")).ToArray())];
        DownNow = [.. facts.Hosts.SelectMany(DownOf).Where(indexes.ContainsKey).Select(IndexOf)];
        Supports = new Lazy<Supports>(() => new(this));
    }

    public static Layout Of(ClusterFacts facts, Declaration declared)
    {
        var (components, edges) = new LayoutBuilder(facts, declared).Build();
        return new(facts, declared, components, edges);
    }

    public ClusterFacts Facts { get; }

    public Declaration Declared { get; }

    /// <summary>By kind, then by name.</summary>
    public ImmutableArray<Component> Components { get; }

    public ImmutableArray<Edge> Edges { get; }

    /// <summary>Declared ones, and those that are taken to exist.</summary>
    public static IEnumerable<string> SwitchNames(Declaration declared, ClusterFacts facts) =>
        declared.Switches.Select(s => s.Name).Concat(facts.Networks.Select(n => n.Name).Where(n => declared.Networks.All(d => d.Name != n)));

    /// <summary>The components that these words name ("switch:sw1"), or one sentence about the first that names none.</summary>
    public (ImmutableArray<ComponentId> Found, string? Refusal) Find(IEnumerable<string> words)
    {
        var found = ImmutableArray.CreateBuilder<ComponentId>();
        foreach (var word in words.Select(w => w.Trim()))
        {
            if (ComponentId.Parse(word) is not { } id)
            {
                return ([], $"'{word}' is no component; name it as KIND:NAME, like host:{Facts.Hosts[0].Name}, with one of the kinds {ComponentId.KindWords}.");
            }

            if (!indexes.ContainsKey(id))
            {
                var same = Components.Where(c => c.Id.Kind == id.Kind).Select(c => c.Id.Name).ToList();
                return ([], $"The topology has no {id}; {(same.Count == 0 ? "it has none of that kind" : $"of that kind it has {string.Join(", ", same.Take(8))}{(same.Count > 8 ? " …" : "")}")} ('holdfast topology show').");
            }

            found.Add(id);
        }

        return (found.ToImmutable(), null);
    }

    /// <summary>Null: it is no component of this cluster.</summary>
    internal int? TryIndexOf(ComponentId id) => indexes.TryGetValue(id, out var index) ? index : null;

    internal int IndexOf(ComponentId id) => indexes[id];

    /// <summary>By component, those it needs, and those of which it needs one; all earlier ones.</summary>
    internal int[][] Needs { get; }

    internal int[][] OneOf { get; }

    internal Trunk[] Trunks { get; }

    internal int[] Switches { get; }

    /// <summary>The following by the order of the facts.</summary>
    internal int[] Networks { get; }

    internal int[] Hosts { get; }

    internal int[] Datastores { get; }

    internal (int Slot, int Index)[] Etcd { get; }

    internal Port[][] HostPorts { get; }

    internal Port[][] DatastorePorts { get; }

    /// <summary>By host and level.</summary>
    internal FencePort[][] Fences { get; }

    /// <summary>What the cluster knows to be down already: it is down in every answer.</summary>
    internal int[] DownNow { get; }

    internal Lazy<Supports> Supports { get; }

    private static IEnumerable<ComponentId> DownOf(HostFacts host) =>
    [
        .. host.Alive ? Array.Empty<ComponentId>() : [new(ComponentKind.Host, host.Name)],
        .. host.Links.Where(l => !l.Value.Carrier && host.Networks.Contains(l.Key)).Select(l => new ComponentId(ComponentKind.Link, $"{host.Name}/{l.Key}")),
        .. host.Sight.Links.SelectMany(l => l.Members.Where(m => !m.Carrier).Select(m => new ComponentId(ComponentKind.Nic, $"{host.Name}/{l.Network}/{m.Nic}"))),
        .. host.FailedFences.Select(f => new ComponentId(ComponentKind.Fence, $"{host.Name}/{f}")),
    ];

    private int[][] Targets(EdgeRole role)
    {
        var byFrom = Edges.Where(e => e.Role == role).ToLookup(e => e.From, e => indexes[e.To]);
        return [.. Components.Select(c => byFrom[c.Id].ToArray())];
    }

    private Trunk TrunkOf(ComponentId id) =>
        Edges.Where(e => e.From == id && e.Role == EdgeRole.Needs).ToList() is [var one, var other] ? new(IndexOf(id), IndexOf(one.To), IndexOf(other.To), NetworkIndex(one.Network)) : throw new InvalidOperationException($"{id} joins no two switches.");

    /// <summary>Below 0: none of the cluster's.</summary>
    private int NetworkIndex(string? name) => Facts.Networks.Select(n => n.Name).ToList().IndexOf(name ?? "");

    private Port[] Ports(string of) =>
        [.. Edges.Where(e => e.Role == EdgeRole.Plugged && e.From.Kind is ComponentKind.Link or ComponentKind.Nic && e.From.Name.StartsWith($"{of}/", StringComparison.Ordinal)).Select(e => PortOf(e, of))];

    private Port PortOf(Edge e, string? of) => new(
        IndexOf(e.From), of is null ? IndexOf(e.From) : IndexOf(new(ComponentKind.Link, $"{of}/{e.Network}")), IndexOf(e.To), NetworkIndex(e.Network));

    private FencePort Fence(string name)
    {
        var id = new ComponentId(ComponentKind.Fence, name);
        return new(IndexOf(id), Edges.FirstOrDefault(e => e.Role == EdgeRole.Plugged && e.From == id) is { } cable ? PortOf(cable, null) : null);
    }
}

/// <summary>Everything by index.</summary>
/// <param name="Network">What it carries; below 0: every network.</param>
internal readonly record struct Trunk(int Index, int One, int Other, int Network);

/// <summary>One cable into a switch, everything by index.</summary>
/// <param name="Link">The link that it is, or is a member of.</param>
/// <param name="Network">By the order of the facts.</param>
internal readonly record struct Port(int Nic, int Link, int Switch, int Network);

/// <param name="Cable">Null: it is taken to be reached.</param>
internal sealed record FencePort(int Device, Port? Cable);
