using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Adapters.Linux;

/// <summary>fallocate(2): reserves blocks without writing them. Some stores (FUSE without support, old NFS) cannot; then zeros are written.</summary>
internal static partial class Allocation
{
    public static bool TryAllocate(SafeFileHandle file, long size) => size == 0 || fallocate(file, 0, 0, size) == 0;

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fallocate(SafeFileHandle file, int mode, long offset, long length);
}
