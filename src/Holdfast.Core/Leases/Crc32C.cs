using System.Buffers.Binary;
using System.Numerics;

namespace Holdfast.Core.Leases;

/// <summary>CRC-32C (Castagnoli) by the processor's own instruction, as in iSCSI (RFC 3720, B.4). Of the base library, because the core and the native guard reference nothing else.</summary>
public static class Crc32C
{
    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        }

        foreach (var one in bytes)
        {
            crc = BitOperations.Crc32C(crc, one);
        }

        return ~crc;
    }
}
