namespace Holdfast.Api;

/// <summary><c>GET /v1/status</c>: the cluster as the answering host sees it.</summary>
public sealed record ClusterStatus
{
    public required string Cluster { get; init; }

    /// <summary>The answering host.</summary>
    public required string Host { get; init; }

    /// <summary>The answering host can do its work: agent, guard, libvirt and at least one datastore answer.</summary>
    public required bool Ready { get; init; }

    /// <summary>Intent can be changed: etcd has a quorum that this host reaches.</summary>
    public required bool Quorum { get; init; }

    /// <summary>Why <see cref="Ready"/> is false, in one sentence; null when it is true.</summary>
    public string? Reason { get; init; }

    public HostSummary[] Hosts { get; set; } = [];

    /// <summary>What needs a person, one sentence each.</summary>
    public string[] Alarms { get; set; } = [];

    /// <summary>Number of machines known to this host.</summary>
    public int Machines { get; init; }

    public string Version { get; set; } = "";

    /// <summary>Where this host's API listens for others (<c>https://10.0.0.1:7441</c>), or null when only on its socket.</summary>
    public string? Api { get; init; }

    /// <summary>The web console's address, or null when there is none.</summary>
    public string? Console { get; init; }
}
