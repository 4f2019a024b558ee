namespace Holdfast.Api;

/// <summary><c>GET /v1/vms/NAME/snapshots</c>: what a machine's disks consist of, read from its folder on the datastore.</summary>
public sealed record SnapshotReport
{
    public required string Machine { get; init; }

    /// <summary>In the order in which they were taken.</summary>
    public SnapshotSummary[] Snapshots { get; set; } = [];

    /// <summary>Files that lie on each other below a disk, the deepest disk counts; 1: no snapshot was ever taken, or all are merged.</summary>
    public int Depth { get; init; }

    /// <summary>Files that no snapshot names and that can be merged while the machine is stopped.</summary>
    public int Mergeable { get; init; }

    public LayerReport[] Files { get; set; } = [];

    /// <summary>One sentence: a file is missing or was altered, so that the machine would not be started. Null: none is.</summary>
    public string? Fault { get; init; }
}

/// <param name="Parent">The snapshot that it was taken after; null: none.</param>
/// <param name="Running">The machine ran.</param>
/// <param name="Quiesced">Its guest agent had brought its file systems to rest.</param>
/// <param name="Complete">False: it was interrupted, and cannot be reverted to.</param>
/// <param name="Current">The machine's disks go on from it.</param>
/// <param name="Old">It is older than a snapshot should get.</param>
public sealed record SnapshotSummary(string Name, string? Parent, DateTimeOffset TakenAt, bool Running, bool Quiesced, bool Complete, bool Current, bool Old);

/// <param name="File">In the machine's folder.</param>
/// <param name="Backing">The file that it lies on; null: none.</param>
/// <param name="Sum">What was summed when a snapshot sealed it, and the sum; null: it is written to, or was not summed.</param>
/// <param name="Active">A disk writes to it.</param>
public sealed record LayerReport(string File, string Format, string? Backing, long? Bytes, string? Sum, bool Active);

/// <summary><c>POST /v1/vms/NAME/snapshots</c>: disks only, of all disks at one instant. 202.</summary>
/// <param name="Name"><c>[a-z][a-z0-9-]{0,39}</c>, unique among the machine's snapshots.</param>
/// <param name="Quiesce">Have the guest agent bring the file systems to rest, where it answers.</param>
public sealed record CreateSnapshot(string Name, bool Quiesce = true);
