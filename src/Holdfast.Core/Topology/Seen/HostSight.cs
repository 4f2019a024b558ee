using System.Collections.Immutable;

namespace Holdfast.Core.Topology;

/// <summary>What one host sees of its own cables and of its way to the datastores. It is evidence for what-if; no agent decides by it.</summary>
/// <param name="Unknown">One sentence for each source that said nothing ("LLDP: lldpcli is not installed"): what it would have told is not known, which is not "none".</param>
public sealed record HostSight(ImmutableArray<SeenLink> Links, ImmutableArray<SeenDatastore> Datastores, ImmutableArray<string> Unknown)
{
    /// <summary>Before it has looked.</summary>
    public static readonly HostSight Empty = new([], [], []);

    /// <summary>Servers that the host itself needs, as its own configuration names them.</summary>
    public ImmutableArray<SeenNeed> Needs { get; init; } = [];

    public SeenLink? LinkTo(string network) => Links.FirstOrDefault(l => l.Network == network);
}

/// <summary>The host's link to one network, followed down to the cards.</summary>
/// <param name="Interface">Where it begins: "bond0.20", "br-guest".</param>
/// <param name="Mode">Of the bond or bridge in it: "active-backup", "802.3ad", "bridge"; null: there is none.</param>
/// <param name="SlowLacp">Its bond asks its partner for a sign of life only every 30 s (IEEE 802.1AX, long timeout).</param>
/// <param name="Members">NICs that carry it; one of several is enough.</param>
/// <param name="Subnets">As "10.0.2.0/24".</param>
public sealed record SeenLink(string Network, string Interface, string? Mode, bool SlowLacp, ImmutableArray<SeenMember> Members, ImmutableArray<string> Subnets);

/// <param name="Card">PCI device without its function ("0000:03:00"), which all ports of one card have in common; null: not on PCI, or not known.</param>
/// <param name="Port">What LLDP says is at the other end; null: it says nothing.</param>
public sealed record SeenMember(string Nic, bool Carrier, string? Card = null, SeenPort? Port = null);

/// <param name="Switch">Its system name, else its chassis id.</param>
/// <param name="Addresses">Its management addresses.</param>
public sealed record SeenPort(string Switch, string Chassis, string Port, ImmutableArray<string> Addresses);

/// <param name="Type">Of the file system: "nfs4", "fuse.glusterfs", "gfs2".</param>
/// <param name="Networks">Those of the cluster over which it is reached; empty: over none (Fibre Channel); null: not known.</param>
/// <param name="Paths">Of its multipath map; empty: it has none.</param>
public sealed record SeenDatastore(string Name, string Type, string Source, ImmutableArray<string>? Networks, ImmutableArray<SeenPath> Paths);

/// <param name="What">"names" (DNS), "time" (NTP).</param>
/// <param name="Address">IPv4 or IPv6; servers that are named otherwise are not in here.</param>
public sealed record SeenNeed(string What, string Address);

/// <param name="Works">Device mapper uses it, and its checker calls it ready.</param>
/// <param name="Card">As of a <see cref="SeenMember"/>; null: not known, or none (iSCSI).</param>
public sealed record SeenPath(string Device, bool Works, string? Card);
