namespace Holdfast.Api;

/// <summary><c>GET /v1/topology</c>: what the cluster consists of, and what hangs on what.</summary>
public sealed record TopologyReport
{
    /// <summary>The answering host; what it declares counts.</summary>
    public required string Host { get; init; }

    /// <summary>The declared file that was read; null: there is none.</summary>
    public string? Declared { get; init; }

    public TopologyComponent[] Components { get; set; } = [];

    public TopologyEdge[] Edges { get; set; } = [];

    /// <summary>What a host could not see, one sentence each ("h1: LLDP: lldpcli is not installed"), and hosts that did not answer.</summary>
    public string[] Unknown { get; set; } = [];
}

/// <param name="Id">KIND:NAME, as <c>whatif</c> takes it.</param>
/// <param name="Kind">site, strip, stack, switch, trunk, network, host, card, nic, link, datastore, fence, etcd, address.</param>
/// <param name="Confidence">seen, inferred, declared.</param>
/// <param name="Source">Who says so: "configuration", "kernel of h1", "LLDP at h1", "topology file", "nothing says otherwise".</param>
public sealed record TopologyComponent(string Id, string Kind, string Name, string Confidence, string? Detail = null, string? Source = null);

/// <param name="Role">needs: without <paramref name="To"/> it is down. oneOf: without all that it has this edge to. plugged: its cable goes there.</param>
/// <param name="Network">What the cable carries.</param>
public sealed record TopologyEdge(string From, string To, string Role, string Confidence, string? Network = null);
