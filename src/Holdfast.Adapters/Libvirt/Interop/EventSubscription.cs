using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Libvirt.Interop;

/// <summary>
/// The callbacks of one connection: its end, domain lifecycle, disk errors. libvirt calls them on the event thread, so the sink must not block.
/// </summary>
internal sealed unsafe class EventSubscription
{
    // virDomainEventID.
    private const int Lifecycle = 0;
    private const int IoErrorReason = 6;

    private static readonly string[] CloseReasons = ["an I/O error", "libvirtd closed it", "libvirtd no longer answers keepalives", "closed by this agent"];

    private readonly Action<LibvirtEvent> _sink;
    private int _lifecycle = -1;
    private int _ioError = -1;

    private EventSubscription(Action<LibvirtEvent> sink) => _sink = sink;

    internal static EventSubscription Register(ConnectionHandle connection, Action<LibvirtEvent> sink)
    {
        var subscription = new EventSubscription(sink);

        // 2 s × 4: libvirtd that hangs is seen after 10 s; the calls have shorter deadlines of their own.
        if (LibvirtNative.virConnectSetKeepAlive(connection, 2, 4) < 0)
        {
            throw LibvirtException.FromLastError("starting keepalives");
        }

        // Each registration owns one GCHandle, which its free callback gives back.
        if (LibvirtNative.virConnectRegisterCloseCallback(connection, &OnClosed, subscription.Handle(), &Free) < 0)
        {
            throw LibvirtException.FromLastError("watching the connection");
        }

        subscription._lifecycle = subscription.RegisterEvent(
            connection, Lifecycle, (delegate* unmanaged<nint, nint, int, int, nint, int>)&OnLifecycle, "watching domains");
        subscription._ioError = subscription.RegisterEvent(
            connection, IoErrorReason, (delegate* unmanaged<nint, nint, nint, nint, int, nint, nint, void>)&OnDiskError, "watching disk errors");
        return subscription;
    }

    internal void Unregister(ConnectionHandle connection)
    {
        if (_lifecycle >= 0)
        {
            _ = LibvirtNative.virConnectDomainEventDeregisterAny(connection, _lifecycle);
        }

        if (_ioError >= 0)
        {
            _ = LibvirtNative.virConnectDomainEventDeregisterAny(connection, _ioError);
        }

        _ = LibvirtNative.virConnectUnregisterCloseCallback(connection, &OnClosed);
    }

    private int RegisterEvent(ConnectionHandle connection, int id, void* callback, string what)
    {
        var registration = LibvirtNative.virConnectDomainEventRegisterAny(connection, 0, id, callback, Handle(), &Free);
        return registration >= 0 ? registration : throw LibvirtException.FromLastError(what);
    }

    private nint Handle() => GCHandle.ToIntPtr(GCHandle.Alloc(this));

    private static void Post(nint opaque, LibvirtEvent happened) => ((EventSubscription)GCHandle.FromIntPtr(opaque).Target!)._sink(happened);

    private static string Text(nint text) => Marshal.PtrToStringUTF8(text) ?? "";

    [UnmanagedCallersOnly]
    private static void Free(nint opaque) => GCHandle.FromIntPtr(opaque).Free();

    [UnmanagedCallersOnly]
    private static void OnClosed(nint connection, int reason, nint opaque) =>
        Post(opaque, new LibvirtLost((uint)reason < (uint)CloseReasons.Length ? CloseReasons[reason] : "an unknown reason", Stopwatch.GetTimestamp()));

    [UnmanagedCallersOnly]
    private static int OnLifecycle(nint connection, nint domain, int change, int detail, nint opaque)
    {
        Post(opaque, new DomainLifecycle(
            DomainHandle.IdOf(domain), Text(LibvirtNative.virDomainGetName(domain)), (LifecycleChange)change, detail, Stopwatch.GetTimestamp()));
        return 0;
    }

    [UnmanagedCallersOnly]
    private static void OnDiskError(nint connection, nint domain, nint path, nint device, int action, nint reason, nint opaque) =>
        Post(opaque, new DomainDiskError(
            DomainHandle.IdOf(domain), Text(LibvirtNative.virDomainGetName(domain)), Text(path), Text(device), (DiskErrorAction)action, Text(reason),
            Stopwatch.GetTimestamp()));
}
