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

    /// <summary>An administrator drains it, by its own word: it takes no machines. Null: it takes them.</summary>
    public DrainState? Drain { get; init; }

    /// <summary>What its processors and memory do, by its own word; null: not known.</summary>
    public HostLoadReport? Load { get; init; }

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

    /// <summary>The devices that can switch this host off, in the order in which they are tried, as the answering host's own tests of them show.</summary>
    public FenceDevice[] FenceDevices { get; set; } = [];

    /// <summary>What <see cref="HostSummary.Verdict"/> rests on, one sentence each, the conclusion first.</summary>
    public string[] Evidence { get; set; } = [];

    /// <summary>Its row of the isolation table (docs/design/isolation-table.md), by its own word; null: its agent does not answer.</summary>
    public int? Row { get; init; }

    /// <summary>What it does in that row.</summary>
    public string? Does { get; init; }

    /// <summary>Who drains it, and why; null: nobody, or its agent does not answer.</summary>
    public string? DrainedBy { get; init; }

    /// <summary>The machines that are still there while it is drained, and what holds each up.</summary>
    public RemainingMachine[] Remaining { get; set; } = [];

    /// <summary>Time left of this host's right, per datastore; only the host itself knows its own.</summary>
    public LeaseTime[] Leases { get; set; } = [];
}

/// <param name="Stays">It cannot leave now, and is tried again; else it is on its way or waits for its turn.</param>
public sealed record RemainingMachine(string Machine, string Why, bool Stays);

/// <summary>One fence device. Each agent asks each device for its state at its start and every day, never for off.</summary>
/// <param name="Since">It is in this state since then; unproven: since the agent's start.</param>
/// <param name="Reason">Why it failed.</param>
public sealed record FenceDevice(string Name, DeviceState State, DateTimeOffset Since, string? Reason = null);

/// <param name="RemainingSeconds">Until the right ends unless it is renewed; 0 when it has expired.</param>
public sealed record LeaseTime(string Datastore, double RemainingSeconds, bool Expired);
