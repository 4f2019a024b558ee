using System.Collections.Immutable;
using Holdfast.Core.Storage;

namespace Holdfast.Adapters.Libvirt;

/// <summary>How guest code is executed. <see cref="Kvm"/> needs a /dev/kvm that really works; probe it by starting a guest.</summary>
public enum Acceleration
{
    Tcg,
    Kvm,
}

/// <summary>What this host adds to a machine's definition: where its folder is mounted, which bridge its card is on, how it is executed.</summary>
/// <param name="Folder">Absolute path of the machine's folder on this host.</param>
/// <param name="Bridge">Bridge of the guest network; null for a machine without a card.</param>
/// <param name="NativeIo">Linux native AIO for the disks instead of a thread pool.</param>
public sealed record MachinePlace(string Folder, string? Bridge, Acceleration Acceleration = Acceleration.Tcg, bool NativeIo = false)
{
    /// <summary>The files that its disks write to now, where they are others than its definition names: it has snapshots.</summary>
    public ImmutableArray<ActiveFile> Active { get; init; } = [];
}
