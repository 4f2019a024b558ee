namespace Holdfast.Adapters.Libvirt.Migration;

/// <summary>How a live migration is done. Both sides are given the same.</summary>
public sealed record MigrationOptions
{
    /// <summary>Slow the guest down step by step when it writes memory faster than the path carries it (QEMU looks at that itself, pass by pass).</summary>
    public bool AutoConverge { get; init; } = true;

    /// <summary>
    /// Skip libvirt's guess whether the disks are shared. Right where the agents themselves have checked that the target reaches every disk;
    /// libvirt does not know every shared file system.
    /// </summary>
    public bool DisksCheckedByUs { get; init; }

    /// <summary>Encrypt what is sent, with QEMU's own TLS: either side proves itself by its certificate (libvirt's default place is /etc/pki/qemu), the target also its address.</summary>
    public bool Encrypted { get; init; }

    /// <summary>A failure with the way out, where libvirt's and QEMU's words about certificates name none.</summary>
    internal string Explain(string failure) => Encrypted && CertificateWords.Any(word => failure.Contains(word, StringComparison.OrdinalIgnoreCase))
        ? $"{failure.TrimEnd('.')}; 'holdfast ca issue' makes the hosts' certificates (docs/operations/migration-encryption.md)"
        : failure;

    // virDomainMigrateFlags. LIVE: copy while it runs; PAUSED: leave the copy paused on the target; CHANGE_PROTECTION: nobody else changes
    // the domain between Begin and Confirm. Never PEER2PEER: there libvirtd decides by itself (spike 4, 5).
    internal uint SourceFlags => Live | Paused | ChangeProtection | (AutoConverge ? Converge : 0) | (Encrypted ? Tls : 0) | (DisksCheckedByUs ? Unsafe : 0);

    internal uint TargetFlags => SourceFlags & ~Converge;

    // QEMU's crypto/tlscreds*.c and tlssession.c, libvirt's qemu_migration_params.c.
    private static readonly string[] CertificateWords = ["certificate", "credentials", "TLS"];

    private const uint Live = 1 << 0;
    private const uint Paused = 1 << 5;
    private const uint ChangeProtection = 1 << 8;
    private const uint Unsafe = 1 << 9;
    private const uint Converge = 1 << 13;
    private const uint Tls = 1 << 16;
}
