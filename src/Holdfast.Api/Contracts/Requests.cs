namespace Holdfast.Api;

/// <summary><c>POST /v1/vms</c>: create a machine. 202 with a <see cref="TaskReport"/>.</summary>
public sealed record CreateMachine
{
    /// <summary><c>[a-z][a-z0-9-]{0,62}</c>, unique in the cluster.</summary>
    public required string Name { get; init; }

    public int MemoryMiB { get; set; } = 192;

    public int Cpus { get; set; } = 1;

    /// <summary>0, where there is an image: as large as that.</summary>
    public int DiskMiB { get; set; } = 64;

    /// <summary>A disk image to copy, qcow2 or raw, as seen by the answering host; null for an empty disk (in a lab: the lab's guest).</summary>
    public string? Image { get; init; }

    /// <summary>The text of a user-data for cloud-init, which the image's first boot is configured by; null: none.</summary>
    public string? CloudInit { get; init; }

    /// <summary>Null: the only datastore, or the first by name.</summary>
    public string? Datastore { get; init; }

    /// <summary>Higher is restarted earlier.</summary>
    public int Priority { get; set; } = 100;

    /// <summary>What its host does with it when it is cut off, and the machine with it from its network.</summary>
    public IsolationResponse OnIsolation { get; init; }

    /// <summary>What its host does when its guest shows no sign of life.</summary>
    public HungResponse OnHung { get; init; }

    /// <summary>Start it when it has been created.</summary>
    public bool Start { get; init; }

    /// <summary>Start it on this host; null lets the cluster choose.</summary>
    public string? Host { get; init; }

    /// <summary>The IPv4 addresses that its guest will use; refused when another machine has one of them.</summary>
    public string[] Ips { get; set; } = [];
}

/// <summary><c>POST /v1/vms/NAME/set</c>: change what is known of a machine, also while it runs. 202.</summary>
public sealed record SetMachine
{
    /// <summary>IPv4 addresses that its guest uses from now on; refused when another machine has one of them.</summary>
    public string[] AddIps { get; set; } = [];

    /// <summary>Addresses that it has and uses no more.</summary>
    public string[] RemoveIps { get; set; } = [];

    /// <summary>What its host does when its guest shows no sign of life; null: as before.</summary>
    public HungResponse? OnHung { get; init; }

    /// <summary>The group whose machines stay apart from each other, named like a machine; empty: none; null: as before.</summary>
    public string? ApartGroup { get; init; }
}

/// <summary><c>POST /v1/vms/NAME/start</c>. 202.</summary>
/// <param name="Host">Null lets the cluster choose.</param>
public sealed record StartMachine(string? Host = null);

/// <summary><c>POST /v1/vms/NAME/stop</c>: ACPI shutdown. 202.</summary>
/// <param name="TimeoutSeconds">A guest that has not shut down within this is an error, not a kill; null for the server's default.</param>
public sealed record StopMachine(double? TimeoutSeconds = null);

/// <summary><c>POST /v1/vms/NAME/migrate</c>. 202; the task's result has the <see cref="Migration"/>.</summary>
/// <param name="Host">The target; null lets the cluster choose.</param>
/// <param name="MaxDowntimeMs">How long the guest may stand still for the last pass, at most, 1 to 10,000 ms; null: 300. It is allowed less at first, and more only while the rest does not fit into that.</param>
public sealed record MigrateMachine(string? Host = null, int? MaxDowntimeMs = null);

/// <summary><c>POST /v1/vms/NAME/relocate</c>: ACPI shutdown, then started on another host. 202.</summary>
/// <param name="Host">The target; null lets the cluster choose.</param>
/// <param name="TimeoutSeconds">A guest that has not shut down within this (at most 500) stays where it is; null for the server's default.</param>
public sealed record RelocateMachine(string? Host = null, double? TimeoutSeconds = null);

/// <summary><c>POST /v1/datastores</c>. 202.</summary>
/// <param name="Path">The directory, mounted at the same place on every host.</param>
/// <param name="DrainSeconds">After this the server refuses whatever a silent client still holds; null means never (no proof of death by time).</param>
/// <param name="FailoverSeconds">How long the store answers nothing while it fails over by itself; null: not known. Refused where the timing profile pauses machines sooner.</param>
public sealed record AddDatastore(string Name, string Path, double? DrainSeconds, double? FailoverSeconds = null);
