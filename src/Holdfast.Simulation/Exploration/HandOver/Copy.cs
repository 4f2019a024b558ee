namespace Holdfast.Simulation.Exploration.HandOver;

/// <summary>Where a QEMU process of the machine stands.</summary>
internal enum CopyState
{
    /// <summary>It waits for the migration's stream.</summary>
    Incoming,
    Paused,
    Running,

    /// <summary>The source after its state was sent.</summary>
    Sent,
}

/// <summary>One QEMU process of the machine.</summary>
internal sealed class Copy(CopyState state, bool fresh)
{
    public CopyState State { get; set; } = state;

    /// <summary>SIGSTOP.</summary>
    public bool Frozen { get; set; }

    /// <summary>Made by a Prepare whose Finish has not returned: libvirt destroys it when its agent's connection ends, unless that Finish is under way.</summary>
    public bool Tied { get; set; }

    /// <summary>No other copy has executed since its memory was made, so that its memory fits the disk.</summary>
    public bool Fresh { get; set; } = fresh;

    public override string ToString() => $"{State}{(Tied ? " tied" : "")}{(Frozen ? " frozen" : "")}{(Fresh ? "" : " stale")}";
}
