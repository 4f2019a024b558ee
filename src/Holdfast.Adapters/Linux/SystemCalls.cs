using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Linux;

/// <summary>System calls for which .NET has no names, declared once for all that need them.</summary>
internal static partial class SystemCalls
{
    /// <summary>Of a socket's type: programs that are started later do not get it.</summary>
    internal const int CloseOnExec = 0x80000;

    internal const int Raw = 3;

    /// <summary>Of a send: an error rather than a wait.</summary>
    internal const int DoNotWait = 0x40;

    internal const int TryAgain = 11, Interrupted = 4;

    private const int SolSocket = 1, ReceiveTimeout = 20;
    private static readonly byte[] OneSecond = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>A receive ends after a second, also when nothing came.</summary>
    internal static bool ReceiveForASecond(int socket) => SetOption(socket, SolSocket, ReceiveTimeout, OneSecond, OneSecond.Length) == 0;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int OpenSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    internal static partial int Bind(int socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    internal static partial int OwnAddress(int socket, Span<byte> address, ref int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    internal static partial nint Send(int socket, ReadOnlySpan<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    internal static partial nint Receive(int socket, Span<byte> bytes, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    internal static partial int Close(int descriptor);

    /// <summary>0: there is no such interface in this network namespace.</summary>
    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int InterfaceIndex(string name);

    [LibraryImport("libc", EntryPoint = "if_indextoname")]
    internal static partial nint InterfaceName(int index, Span<byte> name);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int socket, int level, int option, ReadOnlySpan<byte> value, int length);
}
