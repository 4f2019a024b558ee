namespace Holdfast.Api;

/// <summary><c>GET /v1/topology/seen</c>: what the answering host sees of its own cables and of its way to the datastores, looked at anew every 30 s.</summary>
public sealed record SightReport
{
    public required string Host { get; init; }

    public SightLink[] Links { get; set; } = [];

    public SightDatastore[] Datastores { get; set; } = [];

    /// <summary>Servers that the host itself needs, as its own configuration names them.</summary>
    public SightNeed[] Needs { get; set; } = [];

    /// <summary>Sources that said nothing, and why ("LLDP: lldpcli is not installed").</summary>
    public string[] Unknown { get; set; } = [];
}

/// <summary>The host's link to one of the cluster's networks.</summary>
/// <param name="Mode">Of the bond or bridge in it; null: there is none.</param>
/// <param name="SlowLacp">Its bond notices a silent partner only after 90 s.</param>
/// <param name="Subnets">As "10.0.2.0/24".</param>
public sealed record SightLink(string Network, string Interface, string? Mode, bool SlowLacp, SightMember[] Members, string[] Subnets);

/// <param name="Card">PCI device without its function; null: not known.</param>
/// <param name="Port">The other end, as LLDP says; null: it says nothing.</param>
public sealed record SightMember(string Nic, bool Carrier, string? Card = null, SightPort? Port = null);

/// <param name="Switch">Its system name, else its chassis id.</param>
public sealed record SightPort(string Switch, string Chassis, string Port, string[] Addresses);

/// <param name="Networks">Over which it is reached; empty: over none of the cluster's; null: not known.</param>
public sealed record SightDatastore(string Name, string Type, string Source, string[]? Networks, SightPath[] Paths);

/// <param name="What">names, time.</param>
/// <param name="Address">Servers that are named otherwise than by an address are not told.</param>
public sealed record SightNeed(string What, string Address);

/// <summary>One path of a multipath map.</summary>
public sealed record SightPath(string Device, bool Works, string? Card = null);
