namespace Holdfast.Core.Topology;

/// <summary>What a component of the cluster is. Each needs only kinds before its own, so that one pass in this order tells what is up.</summary>
public enum ComponentKind
{
    /// <summary>A room, a building, a power feed: what fails as a whole.</summary>
    Site,

    /// <summary>A power strip.</summary>
    Strip,

    /// <summary>Switches that fail together (one control plane).</summary>
    Stack,
    Switch,

    /// <summary>A cable, or several as one, between two switches.</summary>
    Trunk,

    /// <summary>One of the cluster's networks as a whole, whatever carries it.</summary>
    Network,
    Host,

    /// <summary>A network card: what carries several links.</summary>
    Card,

    /// <summary>One member of a bond.</summary>
    Nic,

    /// <summary>One host's, or one datastore's, link to one network. On a guest network it is the uplink of the host's machines.</summary>
    Link,
    Datastore,

    /// <summary>A fence device, of one host and one level.</summary>
    Fence,

    /// <summary>A member of etcd.</summary>
    Etcd,

    /// <summary>An isolation address.</summary>
    Address,
}

/// <summary>How it is known.</summary>
public enum Confidence
{
    /// <summary>The cluster itself says so: its configuration, its lease tables, its hosts' kernels, what switches tell its hosts by LLDP.</summary>
    Seen,

    /// <summary>Nothing says otherwise; the default that loses the most is taken.</summary>
    Inferred,

    /// <summary>It stands in the declared file.</summary>
    Declared,
}

/// <summary>Names one component: "switch:sw1", "link:h1/storage".</summary>
public readonly record struct ComponentId(ComponentKind Kind, string Name) : IComparable<ComponentId>
{
    /// <summary>Null: <paramref name="text"/> names no kind.</summary>
    public static ComponentId? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && colon + 1 < text.Length && Enum.GetNames<ComponentKind>().FirstOrDefault(k => k.ToLowerInvariant() == text[..colon]) is { } kind
            ? new(Enum.Parse<ComponentKind>(kind), text[(colon + 1)..]) : null;
    }

    public static string KindWords => string.Join(", ", Enum.GetNames<ComponentKind>().Select(k => k.ToLowerInvariant()));

    public int CompareTo(ComponentId other) => Kind != other.Kind ? Kind.CompareTo(other.Kind) : string.CompareOrdinal(Name, other.Name);

    public override string ToString() => $"{Kind.ToString().ToLowerInvariant()}:{Name}";
}

/// <param name="Source">Who says that there is such a thing: "LLDP at h1".</param>
/// <param name="Detail">For people: "cluster, storage" of a network, "active-backup, 2 members" of a link; empty: nothing to add.</param>
public sealed record Component(ComponentId Id, Confidence Confidence, string Source, string Detail = "");

/// <summary>How one component hangs on another.</summary>
public enum EdgeRole
{
    /// <summary>Without it it is down.</summary>
    Needs,

    /// <summary>It is down without any of those that it has this edge to.</summary>
    OneOf,

    /// <summary>A cable into a switch.</summary>
    Plugged,
}

/// <param name="Network">What the cable, or an inferred trunk, carries; null for all else.</param>
public sealed record Edge(ComponentId From, ComponentId To, EdgeRole Role, Confidence Confidence, string? Network = null);
