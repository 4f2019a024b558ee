using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Libvirt.Interop;

/// <summary>What libvirt offers for QEMU alone, in a library of its own. As with <see cref="LibvirtNative"/>, a failed call leaves its error in the calling thread.</summary>
internal static partial class LibvirtQemu
{
    internal const string Library = "libvirt-qemu.so.0";

    /// <param name="seconds">How long libvirt waits for the guest agent's answer.</param>
    /// <returns>The answer, for <see cref="LibvirtNative.TakeString"/>; 0 when there was none.</returns>
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint virDomainQemuAgentCommand(DomainHandle domain, string command, int seconds, uint flags);
}
