using System.Runtime.InteropServices;

namespace Holdfast.Lab.Linux;

/// <summary>The few system calls the lab makes itself, because a program for each would be too slow or too late.</summary>
internal static partial class Native
{
    internal const int SigKill = 9;
    internal const int SigTerm = 15;
    internal const int SigCont = 18;
    internal const int SigStop = 19;

    internal const int NewNetwork = 0x40000000;
    internal const int ReadOnlyCloseOnExec = 0x80000;
    internal const int AddressFamilyInet = 2;
    internal const int DatagramCloseOnExec = 2 | 0x80000;
    internal const int StreamCloseOnExec = 1 | 0x80000;
    internal const ulong GetInterfaceFlags = 0x8913;
    internal const ulong SetInterfaceFlags = 0x8914;
    internal const short InterfaceUp = 1;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    internal static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    internal static partial int EnterNamespace(int descriptor, int type);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    internal static partial int Socket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    internal static unsafe partial int Control(int descriptor, ulong request, void* argument);
}
