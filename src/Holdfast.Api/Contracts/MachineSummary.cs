namespace Holdfast.Api;

/// <summary>One line of <c>GET /v1/vms</c>.</summary>
public record MachineSummary
{
    public required string Name { get; init; }

    public required Guid Id { get; init; }

    public required DesiredState Desired { get; init; }

    public required MachineState State { get; init; }

    /// <summary>The host that owns its lease; null when nobody does.</summary>
    public string? Host { get; init; }

    /// <summary>Epoch of its lease (the fencing token); 0 when it never had one.</summary>
    public required ulong Epoch { get; init; }

    /// <summary>Why it is not (yet) what is desired, in one sentence; null when it is.</summary>
    public string? Reason { get; init; }

    public int Priority { get; init; }

    public int MemoryMiB { get; init; }

    public int Cpus { get; init; }

    public string Datastore { get; set; } = "";
}

/// <summary><c>GET /v1/vms/NAME</c>.</summary>
public sealed record MachineDetail : MachineSummary
{
    public string? Mac { get; init; }

    /// <summary>The IPv4 addresses that its guest is known to use; no other machine of the cluster can be given one of them.</summary>
    public string[] Ips { get; set; } = [];

    public IsolationResponse OnIsolation { get; init; }

    /// <summary>Folder on the datastore with its definition, disk and state.</summary>
    public string? Folder { get; init; }

    public Bound? Bound { get; init; }

    public Disk[] Disks { get; set; } = [];

    public Migration? LastMove { get; init; }
}

public sealed record Disk(string Path, long SizeMiB, string Datastore);

/// <summary>The promise: it runs again at the latest after this, when its host dies.</summary>
/// <param name="WithoutDeviceSeconds">By the slot's silence alone; null when there is no proof by time (infinite drain).</param>
/// <param name="WithDeviceSeconds">With the host's fence device; null when it has none.</param>
/// <param name="Parts">What adds up to the bound, by the timer's name.</param>
public sealed record Bound(double? WithoutDeviceSeconds, double? WithDeviceSeconds, BoundPart[] Parts);

/// <param name="Case">"withoutDevice", "withDevice", or null for a part of both.</param>
public sealed record BoundPart(string Name, double Seconds, string? Case = null);
