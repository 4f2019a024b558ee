using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Libvirt.Interop;

/// <summary>
/// libvirt's default event loop on one thread of its own. It must be registered before the first connection is opened; it delivers
/// events, keepalives and the close callback. One a process, because libvirt's registration is global.
/// </summary>
internal static unsafe class EventLoop
{
    private static readonly Lock Gate = new();
    private static bool _started;

    internal static void EnsureStarted()
    {
        lock (Gate)
        {
            if (_started)
            {
                return;
            }

            if (!NativeLibrary.TryLoad(LibvirtNative.Library, out _))
            {
                throw new LibvirtException(LibvirtFailure.Refused, $"{LibvirtNative.Library} cannot be loaded: install the package libvirt0");
            }

            // Errors become exceptions; without this libvirt also prints each one to standard error.
            LibvirtNative.virSetErrorFunc(0, &Ignore);
            if (LibvirtNative.virInitialize() < 0 || LibvirtNative.virEventRegisterDefaultImpl() < 0)
            {
                throw LibvirtException.FromLastError("initialising the library");
            }

            new Thread(Run) { IsBackground = true, Name = "libvirt-events" }.Start();
            _started = true;
        }
    }

    private static void Run()
    {
        while (true)
        {
            if (LibvirtNative.virEventRunDefaultImpl() < 0)
            {
                // A poll that failed once (EINTR-like) is tried again; the pause keeps a lasting failure from burning a core.
                Thread.Sleep(10);
            }
        }
    }

    [UnmanagedCallersOnly]
    private static void Ignore(nint userData, nint error)
    {
    }
}
