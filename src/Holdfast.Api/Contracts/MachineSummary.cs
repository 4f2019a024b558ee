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

    public HungResponse OnHung { get; init; }

    /// <summary>Its guest's signs of life, as its host sees them; null while it does not run undisturbed.</summary>
    public GuestSigns? Guest { get; init; }

    /// <summary>What it uses of its host, as its host measures it; null while that is not known.</summary>
    public MachineUseReport? Use { get; init; }

    /// <summary>Machines of one group are never moved to a host on which another one of it is; null: it is in none.</summary>
    public string? ApartGroup { get; init; }

    /// <summary>Folder on the datastore with its definition, disk and state.</summary>
    public string? Folder { get; init; }

    public Bound? Bound { get; init; }

    public Disk[] Disks { get; set; } = [];

    public Migration? LastMove { get; init; }
}

/// <summary>A guest's signs of life, each by itself.</summary>
/// <param name="Agent">answers, silent, absent (no guest agent has its channel open), unknown.</param>
/// <param name="Disk">works, still, unknown: whether its disks have completed anything lately.</param>
/// <param name="Cpu">works, still, full (each virtual CPU never rests or does nothing), unknown.</param>
/// <param name="SilentSeconds">There has been no sign of life at all for this long.</param>
/// <param name="Hung">For so long that it counts as hung.</param>
public sealed record GuestSigns(string Agent, string Disk, string Cpu, double SilentSeconds, bool Hung);

public sealed record Disk(string Path, long SizeMiB, string Datastore);

/// <summary>The promise: it runs again at the latest after this, when its host dies.</summary>
/// <param name="WithoutDeviceSeconds">By the slot's silence alone; null when there is no proof by time (infinite drain).</param>
/// <param name="WithDeviceSeconds">With the host's fence device; null when it has none.</param>
/// <param name="Parts">What adds up to the bound, by the timer's name.</param>
public sealed record Bound(double? WithoutDeviceSeconds, double? WithDeviceSeconds, BoundPart[] Parts);

/// <param name="Case">"withoutDevice", "withDevice", or null for a part of both.</param>
public sealed record BoundPart(string Name, double Seconds, string? Case = null);
