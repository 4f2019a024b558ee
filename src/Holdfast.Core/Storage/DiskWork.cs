namespace Holdfast.Core.Storage;

/// <summary>Work on the files of a machine's disks. Only the host that has the right to the machine does it.</summary>
public abstract record DiskWork
{
    /// <summary>It can be done while the machine runs.</summary>
    public abstract bool WhileRunning { get; }

    /// <summary>For sentences: "m1 … while " this.</summary>
    public abstract string Words { get; }
}

/// <summary>Disks only, of all disks at one instant.</summary>
/// <param name="Quiesce">Have the guest agent bring the file systems to rest, where it answers.</param>
public sealed record TakeSnapshot(string Name, bool Quiesce) : DiskWork
{
    public override bool WhileRunning => true;

    public override string Words => $"the snapshot '{Name}' is taken";
}

/// <summary>What was written since the last snapshot is lost.</summary>
public sealed record RevertToSnapshot(string Name) : DiskWork
{
    public override bool WhileRunning => false;

    public override string Words => $"it is reverted to the snapshot '{Name}'";
}

public sealed record DeleteSnapshot(string Name) : DiskWork
{
    public override bool WhileRunning => true;

    public override string Words => $"the snapshot '{Name}' is deleted";
}

/// <summary>Merge the layers that no snapshot names.</summary>
public sealed record CompactDisks : DiskWork
{
    public override bool WhileRunning => false;

    public override string Words => "its disks are compacted";
}
