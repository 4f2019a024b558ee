using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Libvirt.Interop;

/// <summary>A virDomainPtr: only a name of the domain on its connection; freeing it talks to nobody.</summary>
internal sealed class DomainHandle : SafeHandle
{
    public DomainHandle()
        : base(0, ownsHandle: true)
    {
    }

    internal DomainHandle(nint domain)
        : base(0, ownsHandle: true)
    {
        SetHandle(domain);
    }

    public override bool IsInvalid => handle == 0;

    internal unsafe string Name => Marshal.PtrToStringUTF8(LibvirtNative.virDomainGetName(handle)) ?? "";

    internal Guid Id => IdOf(handle);

    /// <summary>The UUID of a domain pointer that somebody else owns (an event's argument).</summary>
    internal static unsafe Guid IdOf(nint domain)
    {
        var text = stackalloc byte[37];
        return LibvirtNative.virDomainGetUUIDString(domain, text) == 0 && Guid.TryParse(Marshal.PtrToStringUTF8((nint)text), out var id) ? id : Guid.Empty;
    }

    protected override bool ReleaseHandle() => LibvirtNative.virDomainFree(handle) == 0;
}
