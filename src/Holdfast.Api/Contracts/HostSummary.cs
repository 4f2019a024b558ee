namespace Holdfast.Api;

/// <summary>One line of <c>GET /v1/hosts</c>.</summary>
public record HostSummary
{
    public required string Name { get; init; }

    public required HostState State { get; init; }

    /// <summary>
    /// The isolation verdict about that host, as the answering host sees it: connected, isolated, partition minority, partition majority, network dead, unknown;
    /// dead once its fence device has confirmed off. Unknown is not dead.
    /// </summary>
    public required string Verdict { get; init; }

    public Link[] Networks { get; set; } = [];

    public Link[] Datastores { get; set; } = [];

    /// <summary>Names of the machines that the lease table gives to this host.</summary>
    public string[] Machines { get; set; } = [];
}

/// <summary>A network or datastore as seen from a host.</summary>
public sealed record Link(string Name, Health State, string? Reason = null);

/// <summary><c>GET /v1/hosts/NAME</c>.</summary>
public sealed record HostDetail : HostSummary
{
    public string? Address { get; init; }

    /// <summary>Its slot in the lease area; null before it has one.</summary>
    public int? Slot { get; init; }

    public string? Incarnation { get; init; }

    public string? BootId { get; init; }

    public int? MemoryMiB { get; init; }

    public int? MemoryFreeMiB { get; init; }

    public int? Cpus { get; init; }

    /// <summary>"armed", "none" or "lost".</summary>
    public string? Watchdog { get; init; }

    /// <summary>The fence agent that can switch this host off, or null.</summary>
    public string? FenceDevice { get; init; }

    /// <summary>What <see cref="HostSummary.Verdict"/> rests on, one sentence each, the conclusion first.</summary>
    public string[] Evidence { get; set; } = [];

    /// <summary>Its row of the isolation table (docs/design/isolation-table.md), by its own word; null: its agent does not answer.</summary>
    public int? Row { get; init; }

    /// <summary>What it does in that row.</summary>
    public string? Does { get; init; }

    /// <summary>Time left of this host's right, per datastore; only the host itself knows its own.</summary>
    public LeaseTime[] Leases { get; set; } = [];
}

/// <param name="RemainingSeconds">Until the right ends unless it is renewed; 0 when it has expired.</param>
public sealed record LeaseTime(string Datastore, double RemainingSeconds, bool Expired);
