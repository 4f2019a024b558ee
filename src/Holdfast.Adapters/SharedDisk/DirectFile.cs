using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Holdfast.Adapters.SharedDisk;

/// <summary>
/// A file opened O_DIRECT|O_DSYNC: what is read comes from the store, what is written is on it when the call returns. Blocking; used only by
/// threads that may hang.
/// </summary>
internal sealed partial class DirectFile : IDisposable
{
    private const int ReadWrite = 2;
    private const int ReadOnly = 0;
    private const int Direct = 0x4000;
    private const int DataSync = 0x1000;
    private const int CloseOnExec = 0x80000;
    private readonly SafeFileHandle handle;

    private DirectFile(SafeFileHandle handle) => this.handle = handle;

    /// <exception cref="IOException">It cannot be opened; the message says why.</exception>
    public static DirectFile Open(string path, bool write)
    {
        var fd = OpenFile(path, (write ? ReadWrite : ReadOnly) | Direct | DataSync | CloseOnExec);
        return fd >= 0 ? new(new SafeFileHandle(fd, ownsHandle: true)) : throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    /// <summary>Reads up to <paramref name="length"/> bytes; <paramref name="offset"/> and length are multiples of the block size.</summary>
    public unsafe byte[] Read(long offset, int length)
    {
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)length, 4096);
        try
        {
            var got = PRead(handle, memory, (nuint)length, offset);
            return got >= 0 ? new ReadOnlySpan<byte>(memory, (int)got).ToArray() : throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    public unsafe void Write(long offset, ReadOnlySpan<byte> content)
    {
        var memory = (byte*)NativeMemory.AlignedAlloc((nuint)content.Length, 4096);
        try
        {
            content.CopyTo(new Span<byte>(memory, content.Length));
            if (PWrite(handle, memory, (nuint)content.Length, offset) != content.Length)
            {
                throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
            }
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    public void Dispose() => handle.Dispose();

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int OpenFile(string path, int flags);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static unsafe partial nint PRead(SafeFileHandle fd, byte* buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static unsafe partial nint PWrite(SafeFileHandle fd, byte* buffer, nuint count, long offset);
}
