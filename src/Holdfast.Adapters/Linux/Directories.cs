using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Linux;

/// <summary>What .NET cannot do with a directory.</summary>
internal static unsafe partial class Directories
{
    private const int Here = -100, ReadDirectory = 0x10000, CloseOnExec = 0x80000, ForceSync = 0x2000, NoSuchEntry = 2, InvalidArgument = 22, NotImplemented = 38;
    private const uint BasicStats = 0x7ff;

    /// <summary>Puts the names in it on the disk. A store that has no such call does so by itself.</summary>
    public static void Sync(string path)
    {
        var descriptor = open(path, ReadDirectory | CloseOnExec);
        if (descriptor < 0)
        {
            throw Failure(path);
        }

        try
        {
            if (fsync(descriptor) < 0 && Marshal.GetLastPInvokeError() is not (InvalidArgument or NotImplemented))
            {
                throw Failure(path);
            }
        }
        finally
        {
            _ = SystemCalls.Close(descriptor);
        }
    }

    /// <summary>The names of the files in it as the server has them now; none where there is no such directory. A client of a file server may otherwise list what it saw up to a minute ago.</summary>
    public static string[] Names(string path)
    {
        var stat = stackalloc byte[512];
        return statx(Here, path, ForceSync, BasicStats, stat) == 0 ? [.. Directory.EnumerateFiles(path).Select(f => Path.GetFileName(f))]
            : Marshal.GetLastPInvokeError() == NoSuchEntry ? []
            : throw Failure(path);
    }

    private static IOException Failure(string path) => new($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int descriptor);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int directory, string path, int flags, uint mask, byte* result);
}
