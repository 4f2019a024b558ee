using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Libvirt.Interop;

/// <summary>
/// The five steps of libvirt's migration protocol 3. libvirt.so.0 exports them for its own daemon under a private version node; the wire protocol
/// behind them has been stable since 1.1.0, the symbols are looked up at start. Signatures: libvirt's src/libvirt_internal.h.
/// </summary>
internal static unsafe class MigrationCalls
{
    private static readonly string[] Names =
    [
        "virDomainMigrateBegin3Params", "virDomainMigratePrepare3Params", "virDomainMigratePerform3Params", "virDomainMigrateFinish3Params",
        "virDomainMigrateConfirm3Params",
    ];

    private static nint[]? _symbols;

    /// <summary>The names this libvirt lacks; empty when migration works.</summary>
    internal static IReadOnlyList<string> Missing()
    {
        EventLoop.EnsureStarted();
        var library = NativeLibrary.Load(LibvirtNative.Library);
        return [.. Names.Where(name => !NativeLibrary.TryGetExport(library, name, out _))];
    }

    internal static (string Xml, byte[] Cookie) Begin(DomainHandle domain, TypedParameters parameters, uint flags)
    {
        var call = (delegate* unmanaged<nint, TypedParameters.Parameter*, int, nint*, int*, uint, nint>)Symbol(0);
        nint cookie = 0;
        var length = 0;
        using var use = new HandleUse(domain);
        var xml = LibvirtNative.TakeString(call(use.Pointer, parameters.First, parameters.Count, &cookie, &length, flags));
        return (xml ?? throw LibvirtException.FromLastError("migration step Begin"), TakeCookie(cookie, length));
    }

    internal static (string? Uri, byte[] Cookie) Prepare(ConnectionHandle connection, TypedParameters parameters, byte[] cookieIn, uint flags)
    {
        var call = (delegate* unmanaged<nint, TypedParameters.Parameter*, int, byte*, int, nint*, int*, nint*, uint, int>)Symbol(1);
        nint cookie = 0, uri = 0;
        var length = 0;
        using var use = new HandleUse(connection);
        fixed (byte* given = cookieIn)
        {
            if (call(use.Pointer, parameters.First, parameters.Count, given, cookieIn.Length, &cookie, &length, &uri, flags) < 0)
            {
                throw LibvirtException.FromLastError("migration step Prepare");
            }
        }

        return (LibvirtNative.TakeString(uri), TakeCookie(cookie, length));
    }

    internal static byte[] Perform(DomainHandle domain, TypedParameters parameters, byte[] cookieIn, uint flags)
    {
        var call = (delegate* unmanaged<nint, nint, TypedParameters.Parameter*, int, byte*, int, nint*, int*, uint, int>)Symbol(2);
        nint cookie = 0;
        var length = 0;
        using var use = new HandleUse(domain);
        fixed (byte* given = cookieIn)
        {
            if (call(use.Pointer, 0, parameters.First, parameters.Count, given, cookieIn.Length, &cookie, &length, flags) < 0)
            {
                throw LibvirtException.FromLastError("migration step Perform");
            }
        }

        return TakeCookie(cookie, length);
    }

    /// <summary>True when the copy is there; false when it was destroyed as asked (<paramref name="cancelled"/>).</summary>
    internal static bool Finish(ConnectionHandle connection, TypedParameters parameters, uint flags, bool cancelled)
    {
        var call = (delegate* unmanaged<nint, TypedParameters.Parameter*, int, byte*, int, nint*, int*, uint, int, nint>)Symbol(3);
        nint cookie = 0;
        var length = 0;
        using var use = new HandleUse(connection);
        var domain = call(use.Pointer, parameters.First, parameters.Count, null, 0, &cookie, &length, flags, cancelled ? 1 : 0);
        _ = TakeCookie(cookie, length);
        if (domain != 0)
        {
            _ = LibvirtNative.virDomainFree(domain);
            return true;
        }

        // A cancelled Finish gives no domain and, when all went well, no error either.
        return cancelled && LibvirtNative.virGetLastErrorCode() == 0 ? false : throw LibvirtException.FromLastError("migration step Finish");
    }

    internal static void Confirm(DomainHandle domain, TypedParameters parameters, uint flags, bool cancelled)
    {
        var call = (delegate* unmanaged<nint, TypedParameters.Parameter*, int, byte*, int, uint, int, int>)Symbol(4);
        using var use = new HandleUse(domain);
        if (call(use.Pointer, parameters.First, parameters.Count, null, 0, flags, cancelled ? 1 : 0) < 0)
        {
            throw LibvirtException.FromLastError("migration step Confirm");
        }
    }

    private static nint Symbol(int index)
    {
        if (_symbols is null)
        {
            if (Missing() is { Count: > 0 } missing)
            {
                throw new LibvirtException(LibvirtFailure.Refused, $"this libvirt.so.0 lacks {string.Join(", ", missing)}: live migration is off; use libvirt 9 or later as Debian builds it");
            }

            var library = NativeLibrary.Load(LibvirtNative.Library);
            _symbols = [.. Names.Select(name => NativeLibrary.GetExport(library, name))];
        }

        return _symbols[index];
    }

    private static byte[] TakeCookie(nint cookie, int length)
    {
        if (cookie == 0)
        {
            return [];
        }

        var bytes = new ReadOnlySpan<byte>((void*)cookie, length).ToArray();
        NativeMemory.Free((void*)cookie);
        return bytes;
    }

    /// <summary>Keeps a handle alive over a call through a function pointer.</summary>
    private readonly struct HandleUse : IDisposable
    {
        private readonly SafeHandle _handle;
        private readonly bool _added;

        internal HandleUse(SafeHandle handle)
        {
            _handle = handle;
            _added = false;
            if (!handle.IsInvalid)
            {
                handle.DangerousAddRef(ref _added);
            }
        }

        internal nint Pointer => _handle.DangerousGetHandle();

        public void Dispose()
        {
            if (_added)
            {
                _handle.DangerousRelease();
            }
        }
    }
}
