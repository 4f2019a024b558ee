using System.Runtime.InteropServices;
using Holdfast.Adapters.Libvirt.Interop;

namespace Holdfast.Adapters.Libvirt;

/// <summary>Why a libvirt call gave no result.</summary>
public enum LibvirtFailure
{
    /// <summary>libvirt answered with an error; nothing is known to have changed unless the message says so.</summary>
    Refused,

    /// <summary>The domain does not exist on this host's libvirt.</summary>
    NoDomain,

    /// <summary>No connection to libvirtd: the call was not made, or its outcome is unknown.</summary>
    Disconnected,

    /// <summary>No answer within the deadline: the outcome is unknown and may still arrive.</summary>
    TimedOut,

    /// <summary>Too many calls hang already; this one was not made.</summary>
    Exhausted,
}

/// <summary>A failed libvirt call, with libvirt's own words.</summary>
public sealed class LibvirtException : Exception
{
    public LibvirtException(LibvirtFailure failure, string message, int code = 0)
        : base(message)
    {
        Failure = failure;
        Code = code;
    }

    public LibvirtFailure Failure { get; }

    /// <summary>virErrorNumber, or 0 when libvirt was not asked.</summary>
    public int Code { get; }

    /// <summary>True when the call may have had, or may yet have, its effect.</summary>
    public bool OutcomeUnknown => Failure is LibvirtFailure.TimedOut or LibvirtFailure.Disconnected;

    /// <summary>Safety: libvirt keeps errors per thread, so this runs on the thread of the failed call, before any other call.</summary>
    internal static LibvirtException FromLastError(string what)
    {
        var code = LibvirtNative.virGetLastErrorCode();
        var message = Marshal.PtrToStringUTF8(LibvirtNative.virGetLastErrorMessage()) ?? "no error text";
        return new LibvirtException(Classify(code), $"libvirt: {what} failed: {message}", code);
    }

    // virterror.h: 5 NO_CONNECT, 6 INVALID_CONN, 38 SYSTEM_ERROR (also "cannot connect to socket"), 39 RPC, 42 NO_DOMAIN.
    private static LibvirtFailure Classify(int code) => code switch
    {
        42 => LibvirtFailure.NoDomain,
        5 or 6 or 39 => LibvirtFailure.Disconnected,
        _ => LibvirtFailure.Refused,
    };
}
