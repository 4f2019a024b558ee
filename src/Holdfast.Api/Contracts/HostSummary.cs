namespace Holdfast.Api;

/// <summary>One line of <c>GET /v1/hosts</c>.</summary>
public record HostSummary
{
    public required string Name { get; init; }

    public required HostState State { get; init; }

    /// <summary>The isolation verdict of that host (its row of the isolation table) in a few words: "normal", "isolated", "no storage".</summary>
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

    /// <summary>Time left of this host's right, per datastore; only the host itself knows its own.</summary>
    public LeaseTime[] Leases { get; set; } = [];
}

/// <param name="RemainingSeconds">Until the right ends unless it is renewed; 0 when it has expired.</param>
public sealed record LeaseTime(string Datastore, double RemainingSeconds, bool Expired);
