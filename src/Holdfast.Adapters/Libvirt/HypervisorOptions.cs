using Holdfast.Adapters.Libvirt.Migration;

namespace Holdfast.Adapters.Libvirt;

/// <summary>What this host's hypervisor adapter needs to know besides the machines themselves.</summary>
public sealed record HypervisorOptions
{
    /// <summary>Bridge of the guest network; null starts machines without a card.</summary>
    public string? GuestBridge { get; init; }

    public Acceleration Acceleration { get; init; } = Acceleration.Tcg;

    public bool NativeIo { get; init; }

    /// <summary>The agents check the target's access to the disks themselves, so libvirt's guess is left out.</summary>
    public MigrationOptions Migration { get; init; } = new() { DisksCheckedByUs = true };

    /// <summary>Starting a QEMU, also the waiting one of a migration.</summary>
    public TimeSpan StartDeadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Any other call to libvirt.</summary>
    public TimeSpan CallDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>One QMP command.</summary>
    public TimeSpan QmpDeadline { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>One whole copy of a migration; the core aborts much earlier when it does not get on.</summary>
    public TimeSpan CopyDeadline { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Until every thread of a QEMU must be seen stopped.</summary>
    public TimeSpan FreezeDeadline { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Until a killed QEMU must be gone.</summary>
    public TimeSpan EndDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>QEMU is asked this often how far a copy has come; the core sees by it that a path carries nothing any more.</summary>
    public TimeSpan ProgressInterval { get; init; } = TimeSpan.FromMilliseconds(250);
}
