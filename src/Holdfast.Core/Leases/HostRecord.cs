namespace Holdfast.Core.Leases;

/// <summary>One host that has a slot.</summary>
/// <param name="Incarnation">The current one; <see cref="Incarnation.None"/> until the host's first join.</param>
/// <param name="Fencing">Set while somebody is about to power this incarnation off: it takes nothing.</param>
/// <param name="LastBatch">The last batch that this host committed, and in which version: how it finds out about a commit whose outcome it did not see.</param>
public sealed record HostRecord(
    Slot Slot, string Name, Incarnation Incarnation, Guid BootId, WatchdogClass Watchdog, FencingEntry? Fencing, BatchId LastBatch, ulong LastBatchVersion)
{
    /// <summary>Longest name in bytes of UTF-8 (a host name label).</summary>
    public const int LongestName = 63;

    public HostLife Life => new(Slot, Incarnation);
}

/// <summary>A committed intent to fence <paramref name="Target"/> (always the record's own current life), by another host.</summary>
public sealed record FencingEntry(HostLife Target, HostLife By);

/// <summary>Names one batch of one host for ever: a random number of the proposing process and a counter.</summary>
public readonly record struct BatchId(ulong Session, ulong Number)
{
    public static readonly BatchId None = default;

    public override string ToString() => $"{Session:x}.{Number}";
}
