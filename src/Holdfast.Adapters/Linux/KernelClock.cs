using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Holdfast.Adapters.Linux;

/// <summary>Whether the kernel's wall clock is kept right by somebody (adjtimex(2), read only).</summary>
public static partial class KernelClock
{
    // struct timex on 64 bits: modes u32 at 0, maxerror (microseconds) i64 at 24, status i32 at 40; 208 bytes in all.
    private const int Length = 208, MaxError = 24, Status = 40;
    private const int Unsynchronised = 0x40;

    /// <summary>Null: the kernel does not say.</summary>
    public static (bool Synchronized, TimeSpan MaxError)? Read()
    {
        Span<byte> timex = stackalloc byte[Length];
        timex.Clear();
        return Adjust(timex) < 0 ? null
            : ((BinaryPrimitives.ReadInt32LittleEndian(timex[Status..]) & Unsynchronised) == 0, TimeSpan.FromMicroseconds(BinaryPrimitives.ReadInt64LittleEndian(timex[MaxError..])));
    }

    [LibraryImport("libc", EntryPoint = "adjtimex", SetLastError = true)]
    private static partial int Adjust(Span<byte> timex);
}
