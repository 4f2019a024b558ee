using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Holdfast.Core.Balancing.Search;

/// <summary>
/// Amounts by resource, padded to whole vectors of four. Doubles, because whole numbers below 2^53 are exact in them, and unlike 64-bit integers they have fast vector
/// instructions for multiplication and maximum.
/// </summary>
internal static class Lanes
{
    public const int Count = 4;

    public static int Padded(int resources) => Math.Max(Count, (resources + Count - 1) / Count * Count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<double> At(double[] values, int index) => Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(double[] values, int index, Vector256<double> change) =>
        (At(values, index) + change).StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(values), (nuint)index);
}
