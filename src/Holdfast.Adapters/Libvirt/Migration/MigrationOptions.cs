namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>How a live migration is done. Both sides are given the same.</summary>
public sealed record MigrationOptions
{
    /// <summary>Upper limit of the copy's bandwidth in MiB/s; 0 is libvirt's default (no limit).</summary>
    public ulong BandwidthMiB { get; init; }

    /// <summary>The longest pause QEMU may plan for; null leaves its default of 300 ms.</summary>
    public TimeSpan? DowntimeLimit { get; init; }

    /// <summary>Slow the guest down step by step when it dirties memory faster than the path carries it.</summary>
    public bool AutoConverge { get; init; }

    /// <summary>
    /// Skip libvirt's guess whether the disks are shared. Right where the agents themselves have checked that the target reaches every disk;
    /// libvirt does not know every shared file system.
    /// </summary>
    public bool DisksCheckedByUs { get; init; }

    // virDomainMigrateFlags. LIVE: copy while it runs; PAUSED: leave the copy paused on the target; CHANGE_PROTECTION: nobody else changes
    // the domain between Begin and Confirm. Never PEER2PEER: there libvirtd decides by itself (spike 4, 5).
    internal uint SourceFlags => Live | Paused | ChangeProtection | (AutoConverge ? Converge : 0) | (DisksCheckedByUs ? Unsafe : 0);

    internal uint TargetFlags => SourceFlags & ~Converge;

    private const uint Live = 1 << 0;
    private const uint Paused = 1 << 5;
    private const uint ChangeProtection = 1 << 8;
    private const uint Unsafe = 1 << 9;
    private const uint Converge = 1 << 13;
}
